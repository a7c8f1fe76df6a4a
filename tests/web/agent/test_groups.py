"""The administrators' pages of groups and skills: who may, what is refused, what is shown."""

import pytest

from sportello.desk.actions import people, rules, skills
from sportello.desk.models import Group, RuleChange, Skill

pytestmark = pytest.mark.django_db

LIST = 8  # queries
FORM = {"name": "Front desk", "assignment": "load"}
SKILL = {
    "title": "PEC",
    "active": "on",
    "conditions.all.0.field": "current_tags",
    "conditions.all.0.operator": "includes",
    "conditions.all.0.value": "pec",
}


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_for_others_are_not_there(enter, request, group, name):
    other = enter(request.getfixturevalue(name))

    for path in ("/groups", "/groups/new", f"/groups/{group.pk}", "/skills", "/skills/new"):
        assert other.get(path).status_code == 404
    for path in ("/groups/new", f"/groups/{group.pk}", f"/groups/{group.pk}/retirement"):
        assert other.post(path, FORM).status_code == 404
    assert other.post("/skills/new", SKILL).status_code == 404
    assert (list(Group.objects.values_list("name", "active")), RuleChange.objects.filter(kind="group").count()) == (
        [("Support", True)],
        0,
    )


def test_what_is_gone_is_not_there(enter, ada):
    admin = enter(ada)

    assert [admin.get("/groups/77").status_code, admin.post("/groups/77/retirement").status_code] == [404, 404]
    assert admin.get("/groups/77/retirement").status_code == 405


def test_list_says_how_tickets_are_given_out_and_what_waits(enter, ada, group, ticket):
    Group.objects.filter(pk=group.pk).update(assignment="round_robin")

    response = enter(ada).get("/groups")

    (row,) = response.context["groups"]
    assert (row.members, row.count, row.waiting) == (["Anna Conti"], 1, 1)
    assert "in turn" in response.content.decode()


def test_list_with_one_and_with_three_groups_asks_as_many_queries(enter, ada, group, anna, django_assert_num_queries):
    admin = enter(ada)
    admin.get("/groups")
    with django_assert_num_queries(LIST):
        admin.get("/groups")
    for name in ("Two", "Three"):
        people.add_group(name, members=(anna, ada))
    admin.get("/groups")

    with django_assert_num_queries(LIST):
        admin.get("/groups")


def test_new_group_is_kept_as_it_was_written(enter, ada, anna):
    response = enter(ada).post("/groups/new", {**FORM, "members": [anna.pk, ada.pk]})

    made = Group.objects.get()
    assert (response.status_code, made.name, made.assignment) == (302, "Front desk", "load")
    assert set(made.members.all()) == {anna, ada}


def test_form_when_refused_says_where_and_loses_nothing(enter, ada, group, anna):
    response = enter(ada).post("/groups/new", {"name": "Support", "assignment": "skill", "members": [anna.pk]})

    assert (response.status_code, Group.objects.count()) == (422, 1)
    assert list(response.context["form"].errors) == ["name"]
    assert [value for value, _label, _words, chosen in response.context["ways"] if chosen] == ["skill"]
    assert [name for _pk, name, chosen in response.context["members"] if chosen] == ["Anna Conti"]


def test_retirement_is_told_and_taken_back(enter, ada, group, ticket):
    admin = enter(ada)

    page = admin.post(f"/groups/{group.pk}/retirement", {"on": "0"}, follow=True).content.decode()
    assert "1 unsolved ticket is still in it" in page
    admin.post(f"/groups/{group.pk}/retirement", {"on": "1"})

    assert Group.objects.get().active


def test_retirement_when_a_rule_names_the_group_is_refused_with_its_name(enter, ada, group):
    act = {"field": "group_id", "value": group.pk}
    rules.save_trigger({"title": "Give to Support", "conditions": {}, "actions": [act]}, actor=ada)

    page = enter(ada).post(f"/groups/{group.pk}/retirement", {"on": "0"}, follow=True).content.decode()

    assert "It is named by: Give to Support." in page
    assert Group.objects.get().active


def test_skill_is_kept_with_who_has_it_and_shown(enter, ada, anna, ticket):
    admin = enter(ada)
    response = admin.post("/skills/new", {**SKILL, "agents": [anna.pk]})

    made = Skill.objects.get()
    assert (response.status_code, list(made.agents.all())) == (302, [anna])
    page = admin.get(f"/skills/{made.pk}").content.decode()
    assert "Tags contain one of “pec”" in page
    assert "Anna Conti" in page
    assert "1 agent has it" in admin.get("/skills").content.decode()
    assert [chosen for _pk, _name, chosen in admin.get(f"/skills/{made.pk}/edit").context["able"]] == [False, True]


def test_skill_tells_which_open_tickets_need_it(enter, ada, ticket):
    wanted = {"all": [{"field": "subject_includes_word", "operator": "includes", "value": "stampante"}]}
    made = skills.save({"title": "Printers", "conditions": wanted}, actor=ada)

    acts = enter(ada).get(f"/skills/{made.pk}").context["acts"]

    assert [it.ticket for it in acts] == [ticket]


def test_skill_without_conditions_is_refused_and_loses_nothing(enter, ada, anna):
    response = enter(ada).post("/skills/new", {"title": "All", "active": "on", "agents": [anna.pk]})

    assert (response.status_code, Skill.objects.count()) == (422, 0)
    assert "at least one condition" in response.content.decode()
    assert [name for _pk, name, chosen in response.context["able"] if chosen] == ["Anna Conti"]


def test_get_of_the_pages_changes_nothing(enter, ada, group):
    admin = enter(ada)

    for path in ("/groups", "/groups/new", f"/groups/{group.pk}", "/skills", "/skills/new", "/team", f"/team/{ada.pk}"):
        assert admin.get(path).status_code == 200
    assert not RuleChange.objects.exists()
