"""The team's pages: who is here, how much he takes at once, what he can do."""

import pytest

from sportello.desk.actions import people, skills, tickets
from sportello.desk.models import User
from sportello.desk.words import Via

pytestmark = pytest.mark.django_db

LIST = 8  # queries


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_for_others_are_not_there(enter, request, ben, name):
    other = enter(request.getfixturevalue(name))

    assert [other.get(path).status_code for path in ("/team", f"/team/{ben.pk}")] == [404, 404]
    for path in (f"/team/{ben.pk}", f"/team/{ben.pk}/presence"):
        assert other.post(path, {"away": "1", "capacity.email": "1"}).status_code == 404
    ben.refresh_from_db()
    assert (ben.away, ben.capacity) == (False, {})


def test_customers_are_no_members_and_who_is_gone_has_a_page_only(enter, ada, rita, anna):
    User.objects.filter(pk=anna.pk).update(active=False)
    admin = enter(ada)

    assert [admin.get(f"/team/{pk}").status_code for pk in (rita.pk, anna.pk, 77)] == [404, 200, 404]
    for pk in (rita.pk, anna.pk):
        assert admin.post(f"/team/{pk}/presence", {"away": "1"}).status_code == 404


def test_list_says_what_each_has_of_how_much(enter, ada, anna, ticket):
    people.set_capacity(anna, {"email": 1, "chat": 2})
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)

    rows = {it.row: it for it in enter(ada).get("/team").context["team"]}

    assert [(it.has, it.limit, it.is_full) for it in rows[anna].work] == [(1, 1, True), (0, 2, False)]
    assert (rows[anna].groups, rows[ada].work) == (["Support"], [])


def test_list_with_one_and_with_three_agents_asks_as_many_queries(enter, ada, request, django_assert_num_queries):
    admin = enter(ada)
    admin.get("/team")
    with django_assert_num_queries(LIST):
        admin.get("/team")
    for name in ("anna", "ben", "group"):
        request.getfixturevalue(name)
    admin.get("/team")

    with django_assert_num_queries(LIST):
        admin.get("/team")


def test_member_is_saved_as_written(enter, ada, anna, group):
    wanted = {"all": [{"field": "via_id", "operator": "is", "value": "chat"}]}
    chat = skills.save({"title": "Chat", "conditions": wanted}, actor=ada)
    capacity = {"capacity.email": "10", "capacity.chat": "", "capacity.voice": "0"}
    sent = {"role": "agent", **capacity, "skills": [chat.pk], "groups": []}

    response = enter(ada).post(f"/team/{anna.pk}", sent)

    anna.refresh_from_db()
    assert (response.status_code, anna.capacity) == (302, {"email": 10, "voice": 0})
    assert (list(anna.skills.all()), list(anna.desk_groups.all())) == ([chat], [])


def test_member_when_wrong_is_refused_beside_the_field(enter, ada, anna, group):
    response = enter(ada).post(f"/team/{anna.pk}", {"role": "agent", "capacity.email": "many", "groups": [group.pk]})

    anna.refresh_from_db()
    assert (response.status_code, anna.capacity) == (422, {})
    assert list(response.context["form"].errors) == ["capacity.email"]
    assert [chosen for _pk, _name, chosen in response.context["groups"]] == [True]


def test_form_saved_as_it_is_shown_changes_nothing(enter, ada, anna, group):
    people.set_capacity(anna, {"chat": 0})
    admin = enter(ada)
    shown = admin.get(f"/team/{anna.pk}").context

    sent = {field.name: field.value() if field.value() is not None else "" for field in shown["form"]}
    admin.post(f"/team/{anna.pk}", {**sent, "groups": [pk for pk, _name, chosen in shown["groups"] if chosen]})

    anna.refresh_from_db()
    assert (anna.capacity, list(anna.desk_groups.all())) == ({"chat": 0}, [group])


def test_presence_is_switched_by_an_administrator(enter, ada, anna):
    admin = enter(ada)

    admin.post(f"/team/{anna.pk}/presence", {"away": "1"})
    anna.refresh_from_db()
    assert anna.away
    admin.post(f"/team/{anna.pk}/presence", {"away": "0"})

    anna.refresh_from_db()
    assert not anna.away


def test_own_presence_is_everybodys_own_and_leads_back(enter, anna, ben):
    agent = enter(anna)

    response = agent.post("/presence", {"away": "1", "next": "/macros"})

    assert response["Location"] == "/macros"
    assert list(User.objects.filter(away=True)) == [anna]
    assert "I am back" in agent.get("/macros").content.decode()
    assert agent.post("/presence", {"away": "0", "next": "https://evil.example/"})["Location"] == "/tickets"
    assert not User.objects.filter(away=True).exists()


def test_own_presence_of_a_customer_is_not_there(enter, rita):
    assert enter(rita).post("/presence", {"away": "1"}).status_code == 404
    assert enter(rita).get("/presence").status_code == 405
