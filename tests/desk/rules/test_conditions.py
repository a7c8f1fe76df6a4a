"""One condition, one meaning: what Python decides about each ticket is what the database finds."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import configuration, facts, field_values, surveys, ticket_fields, tickets, timers
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.actions.update import Update
from sportello.desk.errors import Invalid
from sportello.desk.models import SatisfactionRating, SlaPolicy, Tagging, Ticket, TicketMetric, TicketSla
from sportello.desk.rules import conditions, schedules
from sportello.desk.rules.conditions import Facts
from sportello.desk.rules.custom_kinds import OwnCheckbox, OwnChoice, OwnDay, OwnNumber, OwnOptions, OwnText
from sportello.desk.rules.fields import ALL, BY_NAME
from sportello.desk.rules.kinds import Choice, Moment, Present, Reference, Since, Tags, Text, Until, Vote
from sportello.desk.words import Priority, Status, Via
from sportello.kit import clock

OFFICE = schedules.Schedule(
    time_zone="Europe/Rome", intervals=tuple((day * 1440 + 540, day * 1440 + 1080) for day in range(1, 6)), holidays=()
)
WORDS = ["stampante", "Città", "ÉTÉ", "wi-fi", "100%", "a_b", "\\", "perché", "straße"]
TAGS = ["vip", "urgente", "wi-fi", "è"]


def values_of(field):
    """Values that the field's kind takes, as a person would write them."""
    match field.kind:
        case Choice(values=values, nullable=nullable, names=names):
            return st.sampled_from([*(names or values), *([""] if nullable else [])])
        case Vote():
            return st.sampled_from(Vote.values)
        case Reference():
            return st.sampled_from([*range(1, 9), "current_user", *([""] if field.kind.nullable else [])])
        case Tags():
            return st.lists(st.sampled_from([*TAGS, "nobody"]), min_size=1).map(" ".join)
        case Text():
            return st.lists(st.sampled_from([*WORDS, "ampa", "citt"]), min_size=1, max_size=3).map(" ".join)
        case Present():
            return st.sampled_from(Present.values)
        case Since() | Until():
            return st.one_of(st.integers(0, 100), st.sampled_from([0.5, 24, 48]))
    return values_of_own(field)


def values_of_own(field):
    match field.kind:
        case OwnText():
            return values_of(BY_NAME["subject_includes_word"])
        case OwnNumber():
            return st.sampled_from(["1,5", "0", -3, "12", "1.000,25", "1.499999"])
        case OwnDay():
            return st.sampled_from(["2026-11-20", "22/11/2026", "2026-11-24", "2020-02-29"])
        case OwnCheckbox():
            return st.sampled_from(["true", "false"])
        case OwnChoice():
            return st.sampled_from(["a", "b", "c", ""])
        case OwnOptions():
            return st.lists(st.sampled_from("abc"), min_size=1).map(" ".join)


def condition(stored_only=True, known=ALL):
    fields = [field for field in known if field.column or not stored_only]

    @st.composite
    def build(draw):
        field = draw(st.sampled_from(fields))
        operator = draw(st.sampled_from(field.kind.operators if stored_only else field.operators))
        value = draw(st.integers(0, 9) if operator.endswith("_n_days") else values_of(field))
        if isinstance(field.kind, Reference) and field.kind.to not in ("agent", "person") and value == "current_user":
            value = 1
        return {"field": field.name, "operator": operator, "value": value}

    return build()


OWN = {
    "text": ["stampante rossa", "CITTÀ\nwi-fi", "100%", "a_b \\ perché"],
    "textarea": ["Straße " * 60 + "stampante", "ÉTÉ"],
    "regexp": ["città"],
    "integer": [12, -3, 0],
    "decimal": ["1,5", "1.000,25", "1.499999"],
    "date": ["2026-11-20", "2026-11-22", "2026-11-23", "2020-02-29"],
    "checkbox": [True],
    "tagger": ["a", "b"],
    "multiselect": [["a"], ["a", "b"], ["c", "b"]],
}


def own_fields(kinds=tuple(OWN)):
    """One of each of these kinds on tickets, people and organizations: {of: {kind: field id}}."""
    return {
        of: {
            kind: ticket_fields.save_field(
                {
                    "of": of,
                    "kind": kind,
                    "title": kind,
                    "pattern": ".*",
                    "options": [{"name": name} for name in "abc"],
                },
                actor=None,
            ).pk
            for kind in kinds
        }
        for of in ("ticket", "user", "organization")
    }


def said(fields, number):
    """Something in most of these fields, unlike for each number."""
    return {
        pk: OWN[kind][(number + place) % len(OWN[kind])]
        for place, (kind, pk) in enumerate(fields.items())
        if (number + place) % 4
    }


@pytest.fixture
def desk(db, frozen_clock, mailbox, group, organization, rita, otto, sam, anna, ada):
    """Tickets of all sorts, over some days; empty values included."""
    promised = [
        {"priority": name, "metric": "total_resolution_time", "target": 60 * hours, "business_hours": False}
        for name, hours in (("low", 90), ("normal", 20), ("high", 4))
    ]
    SlaPolicy.objects.create(title="All", targets=promised, created_at=clock.now(), updated_at=clock.now())
    configuration.forget()
    own, people_, agents = own_fields(), [rita, otto, sam], [None, anna, ada]
    for number, person in enumerate([rita, otto]):
        field_values.set_person(person.pk, said(own["user"], number), actor=ada)
    field_values.set_organization(organization.pk, said(own["organization"], 3), actor=ada)
    for number in range(14):
        frozen_clock.shift(timedelta(hours=5, minutes=number))
        ticket = tickets.open_ticket(
            requester=people_[number % 3],
            subject=f"{WORDS[number % len(WORDS)]} {WORDS[(number * 2) % len(WORDS)]}",
            words=Words("aiuto"),
            actor=people_[number % 3],
            via=[Via.EMAIL, Via.WEB, Via.VOICE][number % 3],
            priority=[None, *Priority.values][number % 5],
            type=["", "question", "incident"][number % 3],
            tags=tuple(TAGS[: number % 4]),
            group=group if number % 4 == 0 else None,
            mailbox_id=mailbox.pk if number % 2 else None,
            fields=said(own["ticket"], number) if number % 5 else {},
        )
        frozen_clock.shift(timedelta(minutes=30))
        if agents[number % 3] and not ticket.group_id:
            tickets.assign(ticket.pk, agents[number % 3], actor=ada, via=Via.WEB)
        status = [Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED, None][number % 5]
        if status and number % 3:
            tickets.update(ticket.pk, Change(status=status), actor=anna, via=Via.WEB)
        if status == Status.SOLVED:
            rating = surveys.offer(Update(tickets.lock(ticket.pk), actor=None, via=Via.RULE))
            SatisfactionRating.objects.filter(pk=rating.pk).update(
                score=["offered", "good", "bad", "good"][number % 4], comment="grazie" if number % 2 else ""
            )
    frozen_clock.shift(timedelta(hours=7))
    timers.step()
    assert 0 < TicketSla.objects.filter(overdue_since=None).count() < 14
    return {ticket.pk: Facts(facts_of(ticket)) for ticket in Ticket.objects.all()}


def facts_of(ticket):
    return facts.own_of(ticket, configuration.current().fields) | facts.of_ticket(
        ticket,
        tags=Tagging.objects.filter(ticket=ticket).values_list("tag", flat=True),
        rating=SatisfactionRating.objects.filter(ticket=ticket).first(),
        metric=TicketMetric.objects.get(ticket=ticket),
        sla=TicketSla.objects.filter(ticket=ticket).first(),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_conditions_whatever_they_are_find_what_they_match(desk, anna, data):
    fields = configuration.current().fields
    known = [*ALL, *(it for it in fields.values() if it.custom)]
    lists = {name: data.draw(st.lists(condition(known=known), max_size=3), label=name) for name in ("all", "any")}
    moment = Moment(clock.now(), actor_id=data.draw(st.sampled_from([None, anna.pk])), hours=OFFICE)

    read = conditions.read(lists, stored=True, fields=fields)
    assert conditions.read(conditions.write(read), stored=True, fields=fields) == read
    found = set(Ticket.objects.filter(conditions.query(read, moment)).values_list("pk", flat=True))

    assert found == {pk for pk, one in desk.items() if conditions.matches(read, one, moment)}


@given(st.lists(condition(stored_only=False), max_size=4))
def test_conditions_when_written_and_read_again_are_the_same(items):
    read = conditions.read({"all": items})

    assert conditions.read(conditions.write(read)) == read


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ([], ["conditions"]),
        ({"every": []}, ["conditions"]),
        ({"all": "status"}, ["all"]),
        ({"all": [{"field": "mood", "operator": "is", "value": "good"}]}, ["all.0.field"]),
        ({"all": ["status"]}, ["all.0.field"]),
        ({"any": [{"field": "status", "operator": "includes", "value": "new"}]}, ["any.0.operator"]),
        ({"all": [{"field": "status", "operator": "is", "value": "gone"}]}, ["all.0.value"]),
        (
            {
                "all": [{"field": "NEW", "operator": "is", "value": "soon"}],
                "any": [{"field": "group_id", "operator": "is", "value": "x"}],
            },
            ["all.0.value", "any.0.value"],
        ),
        ({"all": [{"field": "status", "operator": "is", "value": "new"}] * 101}, ["all"]),
    ],
)
def test_read_when_something_is_wrong_names_the_place(data, places):
    with pytest.raises(Invalid) as refusal:
        conditions.read(data)

    assert list(refusal.value.fields) == places


@pytest.mark.parametrize("name", ["update_type", "comment_is_public", "role"])
def test_read_when_the_database_cannot_answer_is_refused(name):
    value = {"update_type": "Create", "comment_is_public": "true", "role": "agent"}[name]
    data = {"all": [{"field": name, "operator": "is", "value": value}]}

    assert conditions.read(data).all[0].field is BY_NAME[name]
    with pytest.raises(Invalid, match=r"all\.0\.field"):
        conditions.read(data, stored=True)


CHANGED = Facts({"status": "solved", "assignee_id": 7}, before={"status": "open"})


@pytest.mark.parametrize(
    ("field", "operator", "value", "held"),
    [
        ("status", "changed", "", True),
        ("assignee_id", "changed", "", False),
        ("assignee_id", "not_changed", "", True),
        ("status", "value", "solved", True),
        ("status", "value", "open", False),
        ("status", "value_previous", "open", True),
        ("status", "not_value_previous", "open", False),
        ("status", "not_value", "pending", True),
        ("assignee_id", "value", "7", False),
    ],
)
def test_holds_when_asked_how_a_field_changed(field, operator, value, held):
    (condition,) = conditions.read({"all": [{"field": field, "operator": operator, "value": value}]}).all

    assert conditions.holds(condition, CHANGED, Moment(clock.now())) is held


def test_references_names_the_rows_that_conditions_need():
    data = {
        "all": [
            {"field": "group_id", "operator": "is", "value": "3"},
            {"field": "assignee_id", "operator": "is", "value": "current_user"},
            {"field": "assignee_id", "operator": "is_not", "value": ""},
        ]
    }

    assert conditions.references(conditions.read(data)) == {("group", 3)}


def test_because_says_which_conditions_held():
    data = {
        "any": [
            {"field": "status", "operator": "is", "value": "solved"},
            {"field": "status", "operator": "is", "value": "new"},
        ]
    }

    assert conditions.because(conditions.read(data), CHANGED, Moment(clock.now())) == [data["any"][0]]
