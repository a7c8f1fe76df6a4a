"""Where views are written and kept: everybody his own, administrators those that others use."""

import json

import pytest

from sportello.desk.actions import configuration, defaults, people, views
from sportello.desk.models import RuleChange, Ticket, View

ROOT = "/tickets/views"
LIST_QUERIES = 6
NEW = {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []}
FORM = {
    "title": "Fresh ones",
    "description": "What came in",
    "reach": "mine",
    "active": "on",
    "conditions.all.0.field": "status",
    "conditions.all.0.operator": "is",
    "conditions.all.0.value": "new",
    "columns": ["requester", "subject", "priority"],
    "group_by": "priority",
    "group_way": "descending",
    "sort_by": "created_at",
    "sort_way": "ascending",
}


def keep(title, **said):
    """A view of everybody's, or of whoever is named."""
    return views.save({"title": title, "conditions": NEW, **said}, actor=None)


@pytest.fixture
def shared(db):
    return keep("Shared")


@pytest.fixture
def own(anna):
    return keep("Anna's", owner_id=anna.pk)


def titles(response):
    return {section.title: [it.row.title for it in section.lines] for section in response.context["sections"]}


def test_view_written_is_kept_as_written_and_shown(enter, anna, ticket):
    answer = enter(anna).post(f"{ROOT}/new", FORM, follow=True)

    made = View.objects.get()
    assert answer.redirect_chain == [(f"{ROOT}/{made.pk}", 302)]
    assert views.export(made) == {
        "title": "Fresh ones",
        "description": "What came in",
        "active": True,
        "conditions": NEW,
        "columns": ["requester", "subject", "priority"],
        "group_by": "priority",
        "group_descending": True,
        "sort_by": "created_at",
        "sort_descending": False,
        "owner_id": anna.pk,
        "group_id": None,
    }
    assert "La stampante non stampa" in answer.content.decode()


@pytest.mark.parametrize("reach", ["everybody", "group"])
def test_view_for_others_is_written_by_administrators_alone(enter, ada, anna, group, reach):
    form = FORM | {"reach": str(group.pk) if reach == "group" else reach}

    refused = enter(anna).post(f"{ROOT}/new", form)
    kept = enter(ada).post(f"{ROOT}/new", form)

    made = View.objects.get()
    assert (refused.status_code, kept.status_code) == (422, 302)
    assert (made.owner_id, made.group_id) == (None, group.pk if reach == "group" else None)
    assert "Who sees it" not in enter(anna).get(f"{ROOT}/new").content.decode()


def test_form_offers_what_the_database_can_be_asked_and_means_whoever_looks(enter, anna):
    page = enter(anna).get(f"{ROOT}/new")

    offered = {value for _group, options in page.context["rows"]["all"][0].groups for value, _words, _is in options}
    assert {"status", "assignee_id", "until_sla_breach"} <= offered
    assert offered & {"update_type", "comment_includes_word", "role"} == set()
    assert "whoever is looking" in page.content.decode()
    assert "the person who acts" not in page.content.decode()
    assert 'value="changed"' not in page.content.decode()


def test_form_reads_whoever_is_looking_where_a_person_is_written(enter, anna):
    agent = enter(anna)
    said = {"conditions.all.0.field": "requester_id", "conditions.all.0.value": "Whoever is looking"}

    agent.post(f"{ROOT}/new", FORM | said)

    made = View.objects.get()
    assert made.conditions["all"] == [{"field": "requester_id", "operator": "is", "value": "current_user"}]
    page = agent.get(f"{ROOT}/{made.pk}/edit")
    assert page.context["rows"]["all"][0].control.value == "whoever is looking"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": " "}, "title"),
        ({"conditions.all.0.value": "nonsense"}, "conditions.all.0.value"),
        ({"conditions.all.0.was": "priority"}, "conditions.all.0.field"),
        ({"columns": ["nonsense"]}, "columns"),
        ({"sort_by": "nonsense"}, "sort_by"),
        ({"group_by": "nonsense"}, "group_by"),
        ({"reach": "4711"}, "group_id"),
    ],
)
def test_form_with_a_fault_marks_it_and_loses_nothing(enter, ada, change, place):
    answer = enter(ada).post(f"{ROOT}/new", FORM | change)

    assert answer.status_code == 422
    assert place in answer.context["faults"]
    assert answer.context["draft"].group_by == (FORM | change)["group_by"]
    assert View.objects.count() == 0


def test_preview_shows_the_first_tickets_and_keeps_nothing(enter, anna, ticket):
    answer = enter(anna).post(f"{ROOT}/new", FORM | {"do": "preview"})

    (group,) = answer.context["preview"].table.groups
    assert [row.subject for row in group.rows] == ["La stampante non stampa"]
    assert [column.name for column in answer.context["preview"].table.columns] == FORM["columns"]
    assert answer.context["preview"].words == "1 ticket"
    assert answer.status_code == 200
    assert View.objects.count() == 0


def test_preview_of_a_fault_marks_it(enter, anna):
    answer = enter(anna).post(f"{ROOT}/new", FORM | {"do": "preview", "conditions.all.0.value": "nonsense"})

    assert (answer.status_code, answer.context["preview"]) == (422, None)
    assert "conditions.all.0.value" in answer.context["faults"]


def test_preview_leaks_no_ticket_that_one_may_not_see(enter, ben, ticket):
    answer = enter(ben).post(f"{ROOT}/new", FORM | {"do": "preview"})

    assert answer.context["preview"].table is None
    assert "stampante" not in answer.content.decode()


def test_column_moves_up_and_down_without_script(enter, anna):
    agent = enter(anna)

    down = agent.post(f"{ROOT}/new", FORM | {"do": "down.columns.requester"})
    up = agent.post(f"{ROOT}/new", FORM | {"do": "up.columns.priority"})
    nowhere = agent.post(f"{ROOT}/new", FORM | {"do": "up.columns.requester"})

    shown = [[it.name for it in answer.context["columns"] if it.is_shown] for answer in (down, up, nowhere)]
    assert shown == [
        ["subject", "requester", "priority"],
        ["requester", "priority", "subject"],
        ["requester", "subject", "priority"],
    ]


def test_conditions_are_added_and_removed_without_script(enter, anna):
    added = enter(anna).post(f"{ROOT}/new", FORM | {"do": "add.conditions.any"})
    removed = enter(anna).post(f"{ROOT}/new", FORM | {"do": "remove.conditions.all.0"})

    assert len(added.context["rows"]["any"]) == 1
    assert removed.context["rows"]["all"] == []


def test_view_changed_is_another_and_tells_administrators_who_changed_it(enter, ada, shared, group):
    form = FORM | {"reach": "everybody", "seen": shared.updated_at.isoformat()}

    answer = enter(ada).post(f"{ROOT}/{shared.pk}/edit", form)
    page = enter(ada).get(f"{ROOT}/{shared.pk}/edit")

    shared.refresh_from_db()
    lines = [line for change in page.context["changes"] for line in change.lines]
    assert (answer.status_code, shared.title) == (302, "Fresh ones")
    assert ("+", "Columns: Requester, Subject, Priority") in lines
    assert ("+", "Grouped by Priority, descending") in lines
    assert ("-", "Shared") in lines


def test_view_changed_by_two_at_once_loses_nothing(enter, ada, shared):
    seen = shared.updated_at.isoformat()
    views.save({**views.export(shared), "title": "By somebody else"}, actor=ada, view_id=shared.pk)
    View.objects.filter(pk=shared.pk).update(updated_at="2026-05-05T05:05:05Z")

    answer = enter(ada).post(f"{ROOT}/{shared.pk}/edit", FORM | {"reach": "everybody", "seen": seen})
    again = enter(ada).post(f"{ROOT}/{shared.pk}/edit", FORM | {"reach": "everybody", "seen": answer.context["seen"]})

    assert (answer.status_code, again.status_code) == (409, 302)
    assert answer.context["draft"].rule.title == "Fresh ones"


def test_make_it_mine_begins_as_the_other_and_is_the_agents_own(enter, anna, shared):
    page = enter(anna).get(f"{ROOT}/new?like={shared.pk}")

    assert (page.context["draft"].rule.title, page.context["draft"].reach) == ("Shared", "mine")
    assert page.context["rows"]["all"][0].field == "status"
    assert View.objects.count() == 1


def test_make_it_mine_of_somebody_elses_view_is_not_there(enter, ben, own):
    assert enter(ben).get(f"{ROOT}/new?like={own.pk}").status_code == 404
    assert enter(ben).get(f"{ROOT}/new?like=nonsense").status_code == 200


def test_list_of_views_shows_each_what_he_may_see(enter, ada, anna, ben, shared, own, group):
    of_group = keep("The group's", group_id=group.pk)
    keep("Off", active=False)

    assert titles(enter(anna).get(ROOT)) == {
        "Everybody's": ["Shared", "Off"],
        "Group: Support": [of_group.title],
        "My views": ["Anna's"],
    }
    assert titles(enter(ben).get(ROOT)) == {"Everybody's": ["Shared", "Off"]}
    assert titles(enter(ada).get(ROOT)) == {"Everybody's": ["Shared", "Off"], "Group: Support": [of_group.title]}


@pytest.mark.parametrize(("name", "sees"), [("ada", True), ("anna", False)])
def test_list_says_why_the_desk_switched_a_view_off_to_those_who_can_mend_it(enter, request, shared, name, sees):
    View.objects.update(active=False, off_because="group 9")

    page = enter(request.getfixturevalue(name)).get(ROOT).content.decode()

    assert ("Switched off by the desk: group 9" in page) == sees


def test_form_says_why_the_desk_switched_the_view_off(enter, anna, own):
    View.objects.update(active=False, off_because="group 9")

    assert "group 9" in enter(anna).get(f"{ROOT}/{own.pk}/edit").content.decode()


def test_list_of_one_and_of_three_views_asks_as_many_queries(
    enter, ada, shared, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 60.0)  # Read once, however slow the machine.
    admin = enter(ada)
    admin.get(ROOT)
    with django_assert_num_queries(LIST_QUERIES):
        admin.get(ROOT)
    keep("Second")
    keep("Third")
    admin.get(ROOT)

    with django_assert_num_queries(LIST_QUERIES):
        admin.get(ROOT)


VERBS = [
    ("get", "edit", {}),
    ("post", "edit", FORM),
    ("post", "switching", {"on": "0"}),
    ("post", "place", {"to": "up"}),
    ("post", "dropping", {}),
]


@pytest.mark.parametrize(("method", "verb", "said"), VERBS, ids=[f"{method}-{verb}" for method, verb, _said in VERBS])
@pytest.mark.parametrize("name", ["ben", "ada", "rita"])
def test_view_of_anna_is_nobody_elses(enter, request, own, name, method, verb, said):
    client = enter(request.getfixturevalue(name))

    assert getattr(client, method)(f"{ROOT}/{own.pk}/{verb}", said).status_code == 404
    assert View.objects.get().active


@pytest.mark.parametrize(("method", "verb", "said"), VERBS, ids=[f"{method}-{verb}" for method, verb, _said in VERBS])
def test_shared_view_is_not_an_agents_to_change(enter, anna, shared, method, verb, said):
    assert getattr(enter(anna), method)(f"{ROOT}/{shared.pk}/{verb}", said).status_code == 404


def test_view_is_switched_off_and_on(enter, anna, own):
    agent = enter(anna)

    agent.post(f"{ROOT}/{own.pk}/switching", {"on": "0"})
    off = View.objects.get().active
    agent.post(f"{ROOT}/{own.pk}/switching", {"on": "1"})

    assert (off, View.objects.get().active) == (False, True)


def test_view_is_copied_and_dropped(enter, ada, shared):
    admin = enter(ada)

    copied = admin.post(f"{ROOT}/{shared.pk}/copies")
    dropped = admin.post(f"{ROOT}/{shared.pk}/dropping")

    left = View.objects.get()
    assert (copied.headers["Location"], left.active) == (f"{ROOT}/{left.pk}/edit", False)
    assert dropped.headers["Location"] == ROOT
    assert RuleChange.objects.filter(kind="view", rule_id=shared.pk, after__isnull=True).count() == 1


def test_copy_of_a_shared_view_by_an_agent_is_his_own(enter, anna, shared):
    enter(anna).post(f"{ROOT}/{shared.pk}/copies")

    assert View.objects.latest("id").owner_id == anna.pk


def test_views_are_put_in_order_by_step_and_by_dragging(enter, ada, shared):
    second, third = keep("Second"), keep("Third")
    admin = enter(ada)

    admin.post(f"{ROOT}/{third.pk}/place", {"to": "up"})
    stepped = list(View.objects.values_list("title", flat=True))
    admin.post(f"{ROOT}/order", {"view": [third.pk, second.pk, shared.pk]})

    assert stepped == ["Shared", "Third", "Second"]
    assert list(View.objects.values_list("title", flat=True)) == ["Third", "Second", "Shared"]


def test_order_of_views_of_others_is_refused(enter, anna, shared, own):
    assert enter(anna).post(f"{ROOT}/order", {"view": [own.pk, shared.pk]}).status_code == 404


def test_exported_views_come_back_by_import(enter, ada, shared):
    admin = enter(ada)
    exported = admin.get(f"{ROOT}/export")
    View.objects.all().delete()

    answer = admin.post(f"{ROOT}/import", {"text": exported.content.decode()})

    assert answer.headers["Location"] == ROOT
    assert [views.export(it) for it in View.objects.all()] == json.loads(exported.content)["views"]


@pytest.mark.parametrize("path", ["export", "import"])
def test_files_of_views_are_for_administrators(enter, anna, path):
    assert enter(anna).get(f"{ROOT}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/new"])
def test_views_are_for_the_staff(enter, rita, client, path):
    assert enter(rita).get(f"{ROOT}{path}").status_code == 404
    assert client.get(f"{ROOT}{path}").status_code == 302


def test_pages_of_views_change_nothing_by_get(enter, ada, shared):
    admin = enter(ada)

    answers = [
        admin.get(f"{ROOT}/{shared.pk}/{verb}").status_code for verb in ("switching", "place", "dropping", "copies")
    ]

    assert answers == [405, 405, 405, 405]
    assert admin.get(f"{ROOT}/order").status_code == 405


def test_view_without_the_subject_shows_it_all_the_same(enter, anna, ticket):
    Ticket.objects.update(subject="")

    page = enter(anna).post(f"{ROOT}/new", FORM | {"do": "preview", "columns": ["requester"]}).content.decode()

    assert f'<a class="ticket-row__subject" href="/tickets/{ticket.pk}">(no subject)</a>' in page


def test_usual_views_and_rules_are_called_in_the_language_of_whoever_reads(enter, ada, anna):
    defaults.install("it")
    own = View.objects.order_by("position").last()
    View.objects.filter(pk=own.pk).update(title="Finiti")
    english = enter(ada)

    assert [it.label for it in english.get("/tickets").context["nav"]["views"]][:5] == [
        "Waiting for us",
        "Mine",
        "Unassigned",
        "All unsolved",
        "Finiti",
    ]
    first = View.objects.order_by("position").first()
    assert english.get(f"/tickets/views/{first.pk}/edit").context["draft"].rule.title == "Waiting for us"
    assert "Tell whoever is given a ticket" in english.get("/triggers").text
    assert "Warn an hour before an SLA target is missed" in english.get("/automations").text
    people.set_language(ada, "it")
    assert english.get("/tickets").context["nav"]["views"][0].label == "Tocca a noi"
    first.refresh_from_db()
    assert first.title == "Tocca a noi"
