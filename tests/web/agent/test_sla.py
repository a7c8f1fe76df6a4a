"""The administrators' pages of SLA policies: who may, their order, and the form that loses nothing."""

import pytest

from sportello.desk.actions import policies
from sportello.desk.models import RuleChange, SlaPolicy

pytestmark = pytest.mark.django_db

LIST = 6  # queries; without a policy one less
ONE = {"metric": "first_reply_time", "priority": "high", "target": 90, "business_hours": True}
POLICY = {
    "title": "Gold",
    "description": "",
    "active": True,
    "conditions": {"all": [{"field": "current_tags", "operator": "includes", "value": "gold"}], "any": []},
    "targets": [ONE],
}
FORM = {
    "title": "Gold",
    "description": "Who pays for it",
    "active": "on",
    "conditions.all.0.field": "requester_id",
    "conditions.all.0.operator": "is",
    "conditions.all.0.value": "rita@rossi.example",
    "targets.first_reply_time.urgent": "15 m",
    "targets.first_reply_time.high": "1:30",
    "business.first_reply_time": "true",
    "targets.total_resolution_time.high": "2,5 h",
    "business.total_resolution_time": "false",
}
PATHS = ["/edit", "/switching", "/place", "/copies", "/dropping"]


@pytest.fixture
def policy(ada):
    return policies.save_policy(POLICY, actor=ada)


def page_of(response):
    return response.content.decode()


def titles():
    return list(SlaPolicy.objects.values_list("title", flat=True))


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_for_others_are_not_there(enter, request, policy, name):
    other = enter(request.getfixturevalue(name))

    for path in ("", "/new", "/order", "/export", "/import", f"/{policy.pk}"):
        assert other.get(f"/sla{path}").status_code == 404
    for path in PATHS:
        assert other.post(f"/sla/{policy.pk}{path}", FORM).status_code == 404
    assert (titles(), RuleChange.objects.count()) == (["Gold"], 1)


@pytest.mark.parametrize("path", PATHS[1:])
def test_get_of_a_change_is_refused(enter, ada, policy, path):
    assert enter(ada).get(f"/sla/{policy.pk}{path}").status_code == 405


@pytest.mark.parametrize("path", PATHS)
def test_change_of_what_is_gone_is_not_there(enter, ada, path):
    assert enter(ada).post(f"/sla/77{path}", FORM).status_code == 404


def test_list_says_whom_each_takes_in_and_what_it_promises(enter, ada, policy):
    policies.save_policy({**POLICY, "title": "Everybody", "conditions": {}, "targets": []}, actor=ada)

    rows = enter(ada).get("/sla").context["rules"]

    assert [(it.row.title, it.summary) for it in rows] == [
        ("Gold", "Tags contain one of “gold”"),
        ("Everybody", "Every ticket"),
    ]
    assert [[(one.text, one.is_business) for one in it.promised] for it in rows] == [[("1:30 h", True)], []]


def test_list_when_empty_says_what_a_policy_is(enter, ada):
    assert "No SLA policy yet" in page_of(enter(ada).get("/sla"))


def test_list_with_one_and_with_three_policies_asks_as_many_queries(enter, ada, policy, django_assert_num_queries):
    admin = enter(ada)
    admin.get("/sla")
    with django_assert_num_queries(LIST):
        admin.get("/sla")
    policies.duplicate(policy.pk, actor=ada)
    policies.duplicate(policy.pk, actor=ada)
    admin.get("/sla")

    with django_assert_num_queries(LIST):
        admin.get("/sla")


def test_new_policy_is_kept_as_it_was_written(enter, ada, rita):
    response = enter(ada).post("/sla/new", FORM)

    made = SlaPolicy.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/sla/{made.pk}")
    assert policies.export(made) == {
        "title": "Gold",
        "description": "Who pays for it",
        "active": True,
        "conditions": {"all": [{"field": "requester_id", "operator": "is", "value": rita.pk}], "any": []},
        "targets": [
            {"metric": "first_reply_time", "priority": "urgent", "target": 15, "business_hours": True},
            {"metric": "first_reply_time", "priority": "high", "target": 90, "business_hours": True},
            {"metric": "total_resolution_time", "priority": "high", "target": 150, "business_hours": False},
        ],
    }


def test_form_saved_as_it_is_shown_changes_nothing(enter, ada, policy):
    admin = enter(ada)
    shown = admin.get(f"/sla/{policy.pk}/edit").context
    draft = shown["draft"]

    sent = {"title": draft.title, "description": draft.description, "active": "on", "seen": shown["seen"]}
    for number, parts in enumerate(draft.lists["conditions.all"]):
        sent |= {f"conditions.all.{number}.{part}": value for part, value in parts.items()}
    for row in shown["targets"]:
        sent |= {row.name: row.business} | {cell.name: cell.text for cell in row.cells}
    answer = admin.post(f"/sla/{policy.pk}/edit", sent)

    assert answer.status_code == 302
    assert RuleChange.objects.count() == 1


def test_get_of_the_pages_changes_nothing(enter, ada, policy):
    admin = enter(ada)

    for path in ("", "/new", "/export", "/import", f"/{policy.pk}", f"/{policy.pk}/edit"):
        assert admin.get(f"/sla{path}").status_code == 200

    assert (titles(), RuleChange.objects.count()) == (["Gold"], 1)


def test_form_offers_only_what_a_policy_can_ask(enter, ada):
    shown = enter(ada).post("/sla/new", {"do": "add.conditions.all"})

    offered = {value for _group, options in shown.context["rows"]["all"][0].groups for value, _words, _is in options}
    assert (offered, {row.field for row in shown.context["blanks"]}) == (set(policies.fields()), set(policies.fields()))
    operators = {value for row in shown.context["blanks"] for value, _words, _is in row.operators}
    assert "changed" not in operators


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"title": ""}, ["title"]),
        ({"targets.agent_work_time.low": "90"}, ["targets.agent_work_time.low"]),
        ({"targets.agent_work_time.low": "a while"}, ["targets.agent_work_time.low"]),
        ({"targets.agent_work_time.low": "0 min"}, ["targets.agent_work_time.low"]),
        ({"business.first_reply_time": ""}, ["business.first_reply_time"]),
        ({"conditions.all.0.value": "nobody@rossi.example"}, ["conditions.all.0.value"]),
    ],
)
def test_form_when_refused_keeps_what_was_typed_and_names_the_place(enter, ada, rita, change, places):
    sent = FORM | {"business.agent_work_time": "true"} | change

    response = enter(ada).post("/sla/new", sent)

    page = page_of(response)
    assert response.status_code == 422
    assert [place for place in response.context["faults"] if place in sent] == places
    assert page.count('aria-invalid="true"') == 1
    for name in ("description", "targets.first_reply_time.high", "targets.total_resolution_time.high", *change):
        assert f'name="{name}"' in page
        assert sent[name] in page
    assert titles() == []


def test_rows_of_conditions_come_and_go_without_losing_the_targets(enter, ada):
    shown = enter(ada).post("/sla/new", FORM | {"do": "remove.conditions.all.0"})

    assert (shown.status_code, shown.context["rows"]["all"]) == (200, [])
    assert 'value="1:30"' in page_of(shown)


def test_switch_place_copy_and_drop(enter, ada, policy):
    admin = enter(ada)

    admin.post(f"/sla/{policy.pk}/switching", {"on": "0"})
    copied = admin.post(f"/sla/{policy.pk}/copies")
    copy = SlaPolicy.objects.latest("pk")
    admin.post(f"/sla/{copy.pk}/place", {"to": "up"})

    policy.refresh_from_db()
    assert (policy.active, copied["Location"]) == (False, f"/sla/{copy.pk}/edit")
    assert titles() == ["Gold (copy)", "Gold"]
    admin.post(f"/sla/{copy.pk}/place", {"to": "up"})
    admin.post(f"/sla/{policy.pk}/dropping")
    assert titles() == ["Gold (copy)"]


def test_policy_tells_who_changed_what(enter, ada, policy):
    more = {**ONE, "target": 60, "priority": "low"}
    policies.save_policy(
        {**POLICY, "conditions": {}, "targets": [{**ONE, "target": 30}, more]}, actor=ada, policy_id=policy.pk
    )

    latest, first = enter(ada).get(f"/sla/{policy.pk}").context["changes"]

    assert (latest.author, first.lines) == (ada, [("", "Made")])
    assert latest.lines == [
        ("-", "Tags contain one of “gold”"),
        ("-", "first reply, High: 1:30 h (business hours)"),
        ("+", "first reply, High: 30 min (business hours)"),
        ("+", "first reply, Low: 1 h (business hours)"),
    ]
