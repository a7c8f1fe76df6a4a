"""Numbers that no row has and no machine reads at once: a page that says so, never a fault of ours."""

import json

import pytest

from sportello.desk.models import Macro, Skill, View

LONG = "9" * 5000  # More digits than Python reads.
HUGE = "9" * 25  # More than a database keeps.
NEW = {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []}
SKILL = {
    "title": "Printers",
    "active": "on",
    "conditions.all.0.field": "status",
    "conditions.all.0.operator": "is",
    "conditions.all.0.value": "new",
}


@pytest.mark.parametrize("number", [HUGE, LONG], ids=["huge", "long"])
def test_page_asked_with_a_number_that_nothing_has_is_answered(enter, ada, ticket, number):
    ada = enter(ada)

    answers = {
        ada.get("/tickets/views/new", {"like": number}).status_code: 404,
        ada.get(f"/tickets/{ticket.pk}", {"macro": number}).status_code: 404,
        ada.get("/tickets/new", {"form": number}).status_code: 200,
    }

    assert list(answers) == list(answers.values())


@pytest.mark.parametrize("number", [HUGE, LONG], ids=["huge", "long"])
@pytest.mark.parametrize(
    ("path", "name", "said", "status"),
    [
        ("/fields/order", "field", {}, 302),
        ("/forms/order", "form", {}, 302),
        ("/triggers/order", "rule", {}, 302),
        ("/macros/order", "rule", {}, 302),
        ("/tickets/views/order", "view", {}, 404),
        ("/tickets/next", "after", {}, 302),
        ("/groups/new", "members", {"name": "Sales", "assignment": "manual"}, 422),
        ("/skills/new", "agents", SKILL, 422),
        ("/tickets/views/new", "reach", {"title": "x"}, 422),
        ("/forms/new", "fields.0", {"name.en": "x"}, 302),
    ],
)
def test_form_posted_with_a_number_that_nothing_has_is_answered(enter, ada, path, name, said, status, number):
    answer = enter(ada).post(path, {**said, name: number})

    assert answer.status_code == status


@pytest.mark.parametrize("gesture", ["remove.conditions.all.", "up.columns."])
def test_gesture_on_a_row_that_cannot_be_there_changes_nothing(enter, ada, gesture):
    answer = enter(ada).post("/tickets/views/new", {**SKILL, "do": f"{gesture}{LONG}"})

    assert len(answer.context["rows"]["all"]) == 1


@pytest.mark.parametrize("part", ["skills", "groups", "capacity.email"])
def test_member_given_a_number_that_nothing_has_is_refused(enter, ada, anna, part):
    answer = enter(ada).post(f"/team/{anna.pk}", {part: LONG})

    assert answer.status_code == 422


@pytest.mark.parametrize("said", [[1], {"a": 1}, 10**30, LONG, "x", 1.5, True])
def test_file_with_a_key_that_is_none_is_refused(enter, ada, group, said):
    ada, rule = enter(ada), {"title": "T", "conditions": NEW, "actions": [{"field": "priority", "value": "high"}]}

    answers = [
        ada.post("/tickets/views/import", {"text": json.dumps([{**rule, "group_id": said}])}),
        ada.post("/macros/import", {"text": json.dumps([{**rule, "group_id": said}])}),
        ada.post("/skills/import", {"text": json.dumps([{**rule, "agents": said if said == [1] else [said]}])}),
        ada.post("/skills/import", {"text": json.dumps([{**rule, "agents": 7}])}),
    ]

    assert {it.status_code for it in answers[:2]} == {422}
    assert answers[3].status_code == 422
    assert not View.objects.exists()
    assert not Macro.objects.exists()
    assert Skill.objects.count() == (1 if answers[2].status_code == 302 else 0)


def test_view_that_asks_for_a_row_whose_number_is_too_long_is_refused(enter, ada):
    for number in (HUGE, LONG, int(HUGE)):
        asked = {"all": [{"field": "group_id", "operator": "is", "value": number}]}

        answer = enter(ada).post("/tickets/views/import", {"text": json.dumps([{"title": "T", "conditions": asked}])})

        assert answer.status_code == 422


@pytest.mark.parametrize("number", [HUGE, LONG], ids=["huge", "long"])
def test_customer_who_names_a_form_that_cannot_be_is_asked_for_the_usual_one(enter, rita, number):
    rita = enter(rita)

    assert rita.get("/requests/mine/new", {"form": number}).status_code == 200
    assert rita.post("/requests/mine/new", {"form": number}).status_code == 422
