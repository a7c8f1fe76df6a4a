"""Macros as rows, and what one would do to a ticket in an agent's hands."""

import pytest

from sportello.desk.actions import macros, people, tickets
from sportello.desk.actions.tickets import Change
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import Audit, Comment, Group, Macro, OutgoingMail, RuleChange
from sportello.desk.rules.macros import read_effect
from sportello.desk.words import Priority, Status, Via

pytestmark = pytest.mark.django_db

SOLVE = {"field": "status", "value": "solved"}
TEXT = {
    "it": "Ciao {{ requester.first_name }}, qui {{ agent.name }}: {{ ticket.url }}",
    "en": "Hello {{ requester.first_name }}, {{ agent.name }} here: {{ ticket.url }}",
}


def macro(title="Solve it", *actions, actor=None, **more):
    return macros.save({"title": title, "actions": list(actions) or [SOLVE], **more}, actor=actor)


def tell(made, ticket, agent, tags=()):
    return macros.preview(made, ticket, tags, agent)


def test_save_when_new_stands_last_and_on_record(ada, anna):
    first = macro("One", actor=ada)
    second = macro("Two", actor=anna, owner_id=anna.pk)

    assert [(it.title, it.position, it.owner) for it in Macro.objects.all()] == [("One", 0, None), ("Two", 1, anna)]
    changes = RuleChange.objects.filter(kind="macro").order_by("id")
    assert [(it.rule_id, it.author, it.before, it.after) for it in changes] == [
        (first.pk, ada, None, macros.export(first)),
        (second.pk, anna, None, macros.export(second)),
    ]


def test_save_when_nothing_changes_leaves_no_trace(ada):
    made = macro(actor=ada)

    macros.save(macros.export(made), actor=ada, macro_id=made.pk)

    assert RuleChange.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"title": " "}, ["title"]),
        ({"actions": []}, ["actions"]),
        ({"actions": [{"field": "status", "value": "closed"}], "title": ""}, ["title", "actions.0.value"]),
        ({"actions": [{"field": "group_id", "value": "77"}]}, ["actions"]),
        ({"group_id": 77}, ["group_id"]),
    ],
)
def test_save_when_something_is_wrong_names_every_place_and_keeps_nothing(change, places, ada):
    with pytest.raises(Invalid) as refusal:
        macros.save({"title": "Solve it", "actions": [SOLVE], **change}, actor=ada)

    assert list(refusal.value.fields) == places
    assert not Macro.objects.exists()


def test_save_by_an_agent_keeps_his_own_alone(ada, anna, ben, group):
    shared, bens = macro(actor=ada), macro(actor=ben, owner_id=ben.pk)

    macro(actor=anna, owner_id=anna.pk)
    for whose in ({}, {"group_id": group.pk}, {"owner_id": ben.pk}):
        with pytest.raises(Refused):
            macro(actor=anna, **whose)
    for other in (shared, bens):
        with pytest.raises(Refused):
            macros.save({**macros.export(other), "owner_id": anna.pk}, actor=anna, macro_id=other.pk)
        with pytest.raises(Refused):
            macros.drop(other.pk, actor=anna)
        with pytest.raises(Refused):
            macros.order([other.pk], actor=anna)

    assert Macro.objects.count() == 3


def test_duplicate_is_off_and_the_agents_own(ada, anna):
    made = macro(actor=ada)

    kept, own = macros.duplicate(made.pk, actor=ada), macros.duplicate(made.pk, actor=anna)

    assert (kept.title, kept.active, kept.owner, kept.actions) == ("Solve it (copy)", False, None, made.actions)
    assert (own.active, own.owner) == (False, anna)


def test_drop_keeps_the_history(ada):
    made = macro(actor=ada)

    macros.drop(made.pk, actor=ada)

    last = RuleChange.objects.latest("id")
    assert (last.before["title"], last.after) == ("Solve it", None)
    with pytest.raises(Missing):
        macros.drop(made.pk, actor=ada)


def test_order_moves_only_those_that_are_named(ada, anna):
    a, _own, b, c = (macro(title, actor=None, **more) for title, more in (
        ("a", {}), ("own", {"owner_id": anna.pk}), ("b", {}), ("c", {}),
    ))  # fmt: skip

    macros.order([c.pk, a.pk, b.pk], actor=ada)

    assert [it.title for it in Macro.objects.all()] == ["c", "own", "a", "b"]


def test_preview_fills_the_text_in_the_customers_language_and_changes_nothing(ticket, ben, anna):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    ticket.refresh_from_db()
    made = macro(
        "Answer", {"field": "comment_value", "value": TEXT}, {"field": "comment_mode_is_public", "value": "true"}
    )
    before = (Audit.objects.count(), Comment.objects.count(), OutgoingMail.objects.count())

    found = tell(made, ticket, ben)

    assert found.text == f"Ciao Rita, qui Ben Archer: http://desk.example.org/requests/{ticket.pk}"
    assert (found.public, found.parts, found.lost) == (True, (), ())
    assert (Audit.objects.count(), Comment.objects.count(), OutgoingMail.objects.count()) == before


def test_preview_for_an_english_customer_is_in_english(mailbox, anna, sam):
    ticket = tickets.open_ticket(
        requester=sam, subject="{{ x }}", words=tickets.Words("Help"), actor=sam, via=Via.EMAIL
    )
    made = macro(
        "Answer", {"field": "comment_value", "value": TEXT}, {"field": "subject", "value": "Re {{ ticket.title }}"}
    )

    found = tell(made, ticket, anna)

    assert found.text.startswith("Hello Sam, Anna Conti here")
    # What a customer wrote is a value, never a text with blanks.
    assert [part.line for part in found.parts] == ["subject=Re {{ x }}"]


def test_preview_says_what_it_would_change_and_what_is_not_there_any_more(ticket, anna, group):
    old = people.add_group("Printers", members=(anna,))
    made = macro(
        "All",
        SOLVE,
        {"field": "priority", "value": "high"},
        {"field": "group_id", "value": str(old.pk)},
        {"field": "assignee_id", "value": "current_user"},
        {"field": "current_tags", "value": "vip printer"},
    )
    Group.objects.filter(pk=old.pk).update(active=False)
    macros.configuration.forget()

    found = tell(made, ticket, anna, tags=["vip"])

    assert [part.words for part in found.parts] == [
        "Status: Solved",
        "Priority: High",
        "Assigned to Anna Conti",
        "Add tags: printer",
    ]
    assert found.lost == ("Group",)


def test_change_of_the_effects_is_one_update(ticket, anna, group):
    lines = ["status=pending", "priority=high", f"group_id={group.pk}", f"assignee_id={anna.pk}"]
    lines += ["current_tags=a b", f"follower={anna.pk}", "subject=Altro"]

    change = macros.as_change(read_effect(line) for line in lines)
    tickets.update(ticket.pk, change, actor=anna, via=Via.WEB)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.assignee, ticket.subject) == (
        Status.PENDING,
        Priority.HIGH,
        anna,
        "Altro",
    )
    assert sorted(tagging.tag for tagging in ticket.taggings.all()) == ["a", "b"]
    assert [row.user for row in ticket.participants.all()] == [anna]
    assert ticket.audits.count() == 2


def test_change_that_takes_away_is_told_from_one_that_leaves_alone(db):
    assert macros.as_change([read_effect("assignee_id="), read_effect("group_id=")]) == Change(
        assignee=None, group=None
    )


@pytest.mark.parametrize("line", ["group_id=77", "assignee_id=77", "follower=77"])
def test_change_to_what_is_not_there_is_refused(line, db):
    with pytest.raises(Invalid):
        macros.as_change([read_effect(line)])
