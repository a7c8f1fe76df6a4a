"""What stands in the desk's own fields: set by people, rules and macros, told by the history, asked for when needed."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from sportello.desk.actions import configuration, field_values, macros, policies, rules, ticket_fields, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import (
    OrganizationFieldValue,
    RuleChange,
    Ticket,
    TicketFieldValue,
    TicketSla,
    UserFieldValue,
)
from sportello.desk.rules import history
from sportello.desk.rules import macros as macro_rules
from sportello.desk.words import Status, Via
from tests.personas import events

OPTIONS = [{"value": name, "name": {"it": f"{name}-it", "en": f"{name}-en"}} for name in ("a", "b", "c")]
NOTE = [{"field": "note", "value": "hello"}]


def field(kind="text", **more):
    data = {"kind": kind, "title": {"it": f"{kind}-it", "en": f"{kind}-en"}, "options": OPTIONS, "pattern": ".*"}
    return ticket_fields.save_field(data | more, actor=None)


def fill(ticket, said, actor, **more):
    return tickets.update(ticket.pk, Change(fields=said, **more), actor=actor, via=Via.WEB)


def trigger(asked, actions, title="T"):
    return rules.save_trigger({"title": title, "conditions": {"all": asked}, "actions": actions}, actor=None)


@pytest.mark.parametrize(
    ("kind", "said", "value", "logged"),
    [
        ("text", " due  parole ", "due parole", "due parole"),
        ("textarea", "una\r\ndue" + "x" * 300, "una\ndue" + "x" * 300, "una\ndue" + "x" * 300),
        ("integer", "12", 12, 12),
        ("decimal", "1,50", Decimal("1.5"), "1.5"),
        ("date", "1/3/2026", date(2026, 3, 1), "2026-03-01"),
        ("checkbox", "on", True, True),
        ("tagger", "b", "b", "b"),
        ("multiselect", ["c", "a"], ("a", "c"), ["a", "c"]),
        ("regexp", "AB-1", "AB-1", "AB-1"),
    ],
)
def test_update_fills_in_and_empties_each_kind(ticket, anna, kind, said, value, logged):
    own = field(kind)
    name, nothing = f"custom_fields_{own.pk}", False if kind == "checkbox" else None

    fill(ticket, {own.pk: said}, anna)
    assert field_values.of_ticket(ticket.pk) == {own.pk: value}
    assert fill(ticket, {own.pk: value}, anna) is None
    fill(ticket, {own.pk: ""}, anna)

    assert field_values.of_ticket(ticket.pk) == {}
    assert not TicketFieldValue.objects.exists()
    assert events(ticket, field=name) == [
        {"type": "Change", "field_name": name, "value": logged, "previous_value": nothing},
        {"type": "Change", "field_name": name, "value": nothing, "previous_value": logged},
    ]
    assert fill(ticket, {own.pk: None}, anna) is None


def test_update_of_a_multi_select_writes_only_what_changes(ticket, anna):
    own = field("multiselect")
    fill(ticket, {own.pk: ["a", "b"]}, anna)
    kept = TicketFieldValue.objects.get(value="b").pk

    fill(ticket, {own.pk: ["b", "c"]}, anna)

    assert dict(TicketFieldValue.objects.values_list("value", "pk")) == {
        "b": kept,
        "c": TicketFieldValue.objects.get(value="c").pk,
    }


def test_update_with_a_value_that_cannot_be_read_changes_nothing(ticket, anna):
    number, choice = field("integer"), field("tagger")

    with pytest.raises(Invalid) as refusal:
        fill(ticket, {number.pk: "tre", choice.pk: "z", 99: "x"}, anna, subject="Other")

    assert list(refusal.value.fields) == [f"custom_fields_{pk}" for pk in (number.pk, choice.pk, 99)]
    assert Ticket.objects.get(pk=ticket.pk).subject == ticket.subject


def test_update_of_a_closed_ticket_or_with_a_persons_field_is_refused(ticket, anna, rita):
    own, persons = field(), field(of="user")

    with pytest.raises(Invalid, match=f"custom_fields_{persons.pk}"):
        fill(ticket, {persons.pk: "x"}, anna)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    with pytest.raises(Stale):
        fill(ticket, {own.pk: "x"}, anna)


def test_of_tickets_asks_once_for_all(ticket, anna, rita, django_assert_num_queries):
    text, several = field(), field("multiselect")
    other = tickets.open_ticket(
        requester=rita, subject="Other", words=Words("x"), actor=rita, via=Via.WEB, fields={text.pk: "X2"}
    )
    fill(ticket, {text.pk: "X1", several.pk: ["b", "a"]}, anna)
    configuration.current().vocabulary  # noqa: B018 – read at most once a second

    with django_assert_num_queries(1):
        found = field_values.of_tickets([ticket.pk, other.pk, 99])

    assert found == {ticket.pk: {text.pk: "X1", several.pk: ("a", "b")}, other.pk: {text.pk: "X2"}, 99: {}}


def test_set_person_keeps_and_tells_what_has_changed(rita, ada):
    text, number = field(of="user"), field("integer", of="user")

    assert field_values.set_person(rita.pk, {text.pk: "X1", number.pk: ""}, actor=ada) == {text.pk: "X1"}
    assert field_values.set_person(rita.pk, {text.pk: "X1"}, actor=ada) == {text.pk: "X1"}
    assert field_values.set_person(rita.pk, {text.pk: "", number.pk: "3"}, actor=ada) == {number.pk: 3}

    assert field_values.of_person(rita.pk) == {number.pk: 3}
    assert UserFieldValue.objects.count() == 1
    told = RuleChange.objects.filter(kind="person", rule_id=rita.pk).order_by("id")
    assert [(it.author, it.before, it.after) for it in told] == [
        (ada, {text.key: None}, {text.key: "X1"}),
        (ada, {text.key: "X1", number.key: None}, {text.key: None, number.key: 3}),
    ]


def test_set_organization_keeps_and_tells_what_has_changed(organization, ada):
    day = field("date", of="organization")

    field_values.set_organization(organization.pk, {day.pk: "1/3/2026"}, actor=ada)

    assert field_values.of_organization(organization.pk) == {day.pk: date(2026, 3, 1)}
    assert field_values.of_organization(None) == {}
    assert OrganizationFieldValue.objects.get().value == "2026-03-01"
    assert RuleChange.objects.filter(kind="organization").latest("id").after == {day.key: "2026-03-01"}


def test_set_person_when_it_cannot_be_is_refused(rita, ada):
    own, tickets_own = field("integer", of="user"), field()

    for said in ({own.pk: "tre"}, {tickets_own.pk: "x"}):
        with pytest.raises(Invalid, match=f"custom_fields_{next(iter(said))}"):
            field_values.set_person(rita.pk, said, actor=ada)
    with pytest.raises(Missing):
        field_values.set_person(99, {own.pk: 1}, actor=ada)
    assert not UserFieldValue.objects.exists()


# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "value", "from_", "to", "acts"),
    [
        ("changed", None, "a", "b", True),
        ("changed", None, "a", "a", False),
        ("value", "b", "a", "b", True),
        ("value", "b", "a", "c", False),
        ("value", "", "a", "", True),
        ("value_previous", "a", "a", "b", True),
        ("not_value", "b", "a", "c", True),
        ("not_value_previous", "a", "a", "b", False),
    ],
)
def test_trigger_asks_how_a_field_changed(ticket, anna, operator, value, from_, to, acts):
    own = field("tagger")
    fill(ticket, {own.pk: from_}, anna)
    said = {"field": f"custom_fields_{own.pk}", "operator": operator, "value": value}
    trigger([said, {"field": "update_type", "operator": "is", "value": "Change"}], [*NOTE])

    fill(ticket, {own.pk: to}, anna, add_tags=("x",))

    assert bool(events(ticket, type="Rule")) == acts


@pytest.mark.parametrize(
    ("kind", "before", "after", "value"),
    [
        ("date", "1/3/2026", "2/3/2026", "2026-03-02"),
        ("decimal", "1,5", "2", "2"),
        ("multiselect", ["a"], ["a", "b"], "b"),
        ("checkbox", False, True, "true"),
    ],
)
def test_trigger_compares_what_a_field_was_as_what_it_is(ticket, anna, kind, before, after, value):
    own = field(kind)
    name = f"custom_fields_{own.pk}"
    fill(ticket, {own.pk: before}, anna, add_tags=("x",))
    trigger([{"field": name, "operator": "value", "value": value}], NOTE, "now")
    trigger([{"field": name, "operator": "value_previous", "value": value}], NOTE, "before")

    fill(ticket, {own.pk: after}, anna)
    fill(ticket, {own.pk: before}, anna)

    assert [it["title"] for it in events(ticket, type="Rule")] == ["now", "before"]


def test_trigger_sets_a_field_that_the_next_sees(ticket, anna):
    first, second = field("tagger"), field("multiselect")
    seen = [{"field": f"custom_fields_{second.pk}", "operator": "includes", "value": "c"}]
    trigger(seen, [{"field": "set_tags", "value": "seen"}], "second")
    asked = [{"field": f"custom_fields_{first.pk}", "operator": "present"}]
    trigger(asked, [{"field": f"custom_fields_{second.pk}", "value": ["c", "a"]}], "first")

    fill(ticket, {first.pk: "b"}, anna)

    assert field_values.of_ticket(ticket.pk) == {first.pk: "b", second.pk: ("a", "c")}
    assert [it["title"] for it in events(ticket, type="Rule")] == ["first", "second"]
    assert ticket.taggings.get().tag == "seen"


def test_trigger_looks_at_the_requester_and_his_organization(ticket, rita, organization, ada, anna):
    vip, plan = field("checkbox", of="user"), field("tagger", of="organization", key="plan")
    asked = [
        {"field": f"requester.custom_fields.{vip.key}", "operator": "is", "value": "true"},
        {"field": "organization.custom_fields.plan", "operator": "is", "value": "b"},
    ]
    trigger(asked, NOTE)
    fill(ticket, {}, anna, add_tags=("x",))
    field_values.set_person(rita.pk, {vip.pk: True}, actor=ada)
    field_values.set_organization(organization.pk, {plan.pk: "b"}, actor=ada)

    fill(ticket, {}, anna, add_tags=("y",))

    assert len(events(ticket, type="Rule")) == 1


def test_actions_with_a_value_that_the_field_does_not_take_are_refused(ticket):
    own, persons = field("date"), field(of="user")

    for action in ({"field": f"custom_fields_{own.pk}", "value": "domani"}, {"field": "custom_fields_99", "value": 1}):
        with pytest.raises(Invalid, match=r"actions\.0\."):
            trigger([], [action])
    with pytest.raises(Invalid, match=r"actions\.0\.field"):
        trigger([], [{"field": f"requester.custom_fields.{persons.key}", "value": "x"}])


def test_sla_policy_takes_in_tickets_by_a_field(ticket, anna):
    own = field("tagger")
    asked = {"all": [{"field": f"custom_fields_{own.pk}", "operator": "is", "value": "a"}]}
    target = {"priority": "low", "metric": "first_reply_time", "target": 60, "business_hours": False}
    policy = policies.save_policy({"title": "P", "conditions": asked, "targets": [target]}, actor=None)

    opened = [
        tickets.open_ticket(
            requester=ticket.requester, subject="S", words=Words("x"), actor=ticket.requester, via=Via.WEB,
            priority=1, fields={own.pk: value},
        )
        for value in "ab"
    ]  # fmt: skip

    assert [TicketSla.objects.get(ticket=it).policy_id for it in opened] == [policy.pk, None]


def test_macro_shows_what_it_would_fill_in_and_does_it(ticket, anna, ada):
    choice, several, box = field("tagger"), field("multiselect"), field("checkbox")
    fill(ticket, {choice.pk: "a"}, anna)
    actions = [
        {"field": f"custom_fields_{choice.pk}", "value": "a"},
        {"field": f"custom_fields_{several.pk}", "value": ["b", "a"]},
        {"field": f"custom_fields_{box.pk}", "value": True},
        {"field": "subject", "value": "{{ ticket.custom_fields.%s }}" % choice.key},  # noqa: UP031
    ]
    macro = macros.save({"title": "M", "actions": actions}, actor=ada)

    shown = macros.preview(macro, Ticket.objects.get(pk=ticket.pk), (), anna)

    assert [it.words for it in shown.parts] == ["Subject: a-it", "multiselect-en: a-en, b-en", "checkbox-en: yes"]
    known = configuration.current().fields
    effects = [macro_rules.read_effect(it.line, known) for it in shown.parts]
    tickets.update(ticket.pk, macros.as_change(effects), actor=anna, via=Via.WEB)
    assert field_values.of_ticket(ticket.pk) == {choice.pk: "a", several.pk: ("a", "b"), box.pk: True}


def test_history_names_field_and_value_in_the_readers_language(ticket, anna, ada):
    day, several, gone = field("date"), field("multiselect"), field()
    fill(ticket, {day.pk: "1/3/2026", several.pk: ["a", "c"], gone.pk: "X"}, anna)
    fill(ticket, {day.pk: ""}, anna)
    ticket_fields.drop(gone.pk, actor=ada)
    own = configuration.current().custom_fields

    with translation.override("en"):
        told = [history.describe(it, lambda kind, pk: "", own) for it in events(ticket) if "custom" in str(it)]

    assert told == [
        "date-en: 1 March 2026",
        "multiselect-en: a-en, c-en",
        "a field that is not there any more: X",
        "date-en: empty",
    ]


def test_history_of_a_field_that_was_of_another_kind_is_still_told(ticket, anna, ada):
    own = field()
    fill(ticket, {own.pk: "hello"}, anna)
    fill(ticket, {own.pk: ""}, anna)
    ticket_fields.save_field({**ticket_fields.export(own), "kind": "date", "title": "Day"}, actor=ada, field_id=own.pk)

    with translation.override("en"):
        told = [
            history.describe(it, lambda kind, pk: "", configuration.current().custom_fields)
            for it in events(ticket, field=f"custom_fields_{own.pk}")
        ]

    assert told == ["Day: hello", "Day: empty"]


# --- the price --------------------------------------------------------------------------------------------------------


def test_update_asks_for_fields_only_when_somebody_looks(ticket, anna, monkeypatch):
    def cost(said):
        fill(ticket, {}, anna, priority=1)
        fill(ticket, {}, anna, priority=2)
        configuration.current().vocabulary  # noqa: B018 – read once for many updates
        with CaptureQueriesContext(connection) as asked:
            fill(ticket, said, anna, priority=1)
        return len([it for it in asked.captured_queries if "SAVEPOINT" not in it["sql"]])

    monkeypatch.setattr(configuration, "FRESH_SECONDS", 60)
    bare = cost({})
    own = field()
    assert cost({}) == bare
    assert cost({own.pk: "X"}) == bare + 2  # What stands there, and what comes.
    assert cost({own.pk: "Y"}) == bare + 3  # And what goes.
    trigger([{"field": f"custom_fields_{own.pk}", "operator": "is", "value": "never"}], NOTE)
    assert cost({}) == bare + 1
    assert cost({own.pk: "Z"}) == bare + 3


def test_status_pending_needs_no_fields(ticket, anna):
    field(required=True)

    tickets.update(ticket.pk, Change(status=Status.PENDING), actor=anna, via=Via.WEB)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.PENDING


def test_follow_up_keeps_what_stands_there_and_could_be_said_today(ticket, rita, anna):
    text, code, gone, day = field(), field("regexp"), field("integer"), field("date")
    fill(ticket, {text.pk: "due parole", code.pk: "AB-1", gone.pk: "12", day.pk: "1/3/2026"}, anna)
    ticket_fields.save_field({**ticket_fields.export(code), "pattern": "[0-9]+"}, actor=None, field_id=code.pk)
    ticket_fields.switch(gone.pk, on=False, actor=None)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    again, _audit = tickets.hear(ticket.pk, Words("Di nuovo."), actor=rita, via=Via.EMAIL)

    assert field_values.of_ticket(again.pk) == {text.pk: "due parole", day.pk: date(2026, 3, 1)}
