"""Triggers at work, within an update: what they change, say and leave behind."""

import pytest

from sportello.desk.actions import configuration, people, ratings, rules, surveys, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Firing, OutgoingMail, Trigger
from sportello.desk.words import Priority, Status, Via
from tests.personas import events

pytestmark = pytest.mark.django_db

CREATED = {"field": "update_type", "operator": "is", "value": "Create"}


def trigger(title, *actions, when=(CREATED,), either=()):
    return rules.save_trigger(
        {"title": title, "conditions": {"all": list(when), "any": list(either)}, "actions": list(actions)}, actor=None
    )


def opened(person, subject="La stampante non stampa", text="Aiuto", **more):
    more = {"via": Via.EMAIL, "actor": person} | more
    return tickets.open_ticket(requester=person, subject=subject, words=Words(text), **more)


def fired(ticket):
    return [
        event["title"] for audit in ticket.audits.order_by("id") for event in audit.events if event["type"] == "Rule"
    ]


def test_trigger_when_it_matches_acts_in_the_same_audit_and_says_why(mailbox, rita):
    made = trigger(
        "Printers",
        {"field": "priority", "value": "high"},
        {"field": "current_tags", "value": "stampante vip"},
        {"field": "note", "value": "Guarda la carta di {{ requester.first_name }}"},
        when=[CREATED, {"field": "subject_includes_word", "operator": "includes", "value": "STAMPANTE plotter"}],
    )

    ticket = opened(rita)
    other = opened(rita, subject="Altro")

    ticket.refresh_from_db()
    assert (ticket.priority, sorted(tagging.tag for tagging in ticket.taggings.all())) == (
        Priority.HIGH,
        ["stampante", "vip"],
    )
    assert [(note.text, note.public, note.author) for note in ticket.comments.order_by("id")[1:]] == [
        ("Guarda la carta di Rita", False, None)
    ]
    audit = ticket.audits.get()
    assert [event for event in audit.events if event["type"] == "Rule"] == [
        {"type": "Rule", "rel": "trigger", "id": made.pk, "title": "Printers", "because": made.conditions["all"]}
    ]
    assert [(it.trigger, it.ticket, it.audit) for it in Firing.objects.all()] == [(made, ticket, audit)]
    assert fired(other) == []


def test_triggers_when_one_changes_what_another_asks_see_it_in_order(mailbox, rita):
    urgent = {"field": "priority", "operator": "is", "value": "urgent"}
    trigger("Second", {"field": "current_tags", "value": "seen"}, when=[urgent])
    trigger("First", {"field": "priority", "value": "urgent"})

    ticket = opened(rita)

    assert fired(ticket) == ["First", "Second"]
    assert [tagging.tag for tagging in ticket.taggings.all()] == ["seen"]


def test_triggers_that_undo_each_other_act_once_each_and_end(mailbox, rita):
    trigger("Up", {"field": "priority", "value": "high"}, when=[])
    trigger("Down", {"field": "priority", "value": "low"}, when=[])

    ticket = opened(rita)

    assert fired(ticket) == ["Up", "Down"]
    assert ticket.priority == Priority.LOW


def test_trigger_when_tags_are_set_and_taken_in_one_update_keeps_the_last(mailbox, rita):
    trigger("Set", {"field": "set_tags", "value": "b c"})
    trigger("Take", {"field": "remove_tags", "value": "c"})

    ticket = opened(rita, tags=("a",))

    assert [tagging.tag for tagging in ticket.taggings.all()] == ["b"]


def test_trigger_when_tags_are_set_logs_one_change(ticket, anna):
    tickets.update(ticket.pk, Change(add_tags=("a", "b")), actor=anna, via=Via.WEB)
    trigger("Set", {"field": "set_tags", "value": "b c"}, when=[])

    tickets.update(ticket.pk, Change(type="incident"), actor=anna, via=Via.WEB)

    assert events(ticket, field="tags")[1:] == [
        {"type": "Change", "field_name": "tags", "value": ["b", "c"], "previous_value": ["a", "b"]}
    ]


def test_trigger_when_a_status_changed_from_one_to_another_matches_that_alone(ticket, anna):
    trigger(
        "Reopened",
        {"field": "current_tags", "value": "back"},
        when=[
            {"field": "status", "operator": "value_previous", "value": "pending"},
            {"field": "status", "operator": "value", "value": "open"},
        ],
    )

    tickets.update(ticket.pk, Change(status=Status.PENDING), actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(status=Status.HOLD), actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(status=Status.OPEN), actor=anna, via=Via.WEB)
    assert fired(ticket) == []
    tickets.update(ticket.pk, Change(status=Status.PENDING), actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(status=Status.OPEN), actor=anna, via=Via.WEB)

    assert fired(ticket) == ["Reopened"]


def test_trigger_when_it_notifies_writes_in_the_readers_language_and_not_to_who_acts(ticket, anna, ada, group):
    people.join(group, ada)
    people.set_language(ada, "it")
    trigger(
        "Tell the assignee",
        {
            "field": "notification_user",
            "value": [
                "assignee_id",
                {"it": "Tocca a te: {{ ticket.title }}", "en": "Yours: {{ ticket.title }}"},
                {"it": "Ciao,\n\n{{ ticket.url }}", "en": "Hello,\n\n{{ ticket.url }}"},
            ],
        },
        when=[{"field": "assignee_id", "operator": "changed", "value": ""}],
    )

    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    assert not OutgoingMail.objects.filter(step="notice").exists()
    tickets.assign(ticket.pk, ada, actor=anna, via=Via.WEB)

    mail = OutgoingMail.objects.get(step="notice")
    assert (mail.to, mail.subject, mail.automatic) == (ada.email, "Tocca a te: La stampante non stampa", True)
    assert f"http://desk.example.org/tickets/{ticket.pk}" in mail.text
    ticket.refresh_from_db()
    assert mail.references == ticket.thread_root
    assert mail.reply_to.startswith(f"help+{ticket.pk}.")


def test_trigger_when_it_tells_a_customer_keeps_internal_words_and_keys_apart(ticket, anna, rita, otto):
    tickets.update(ticket.pk, Change(add_ccs=(otto,)), actor=anna, via=Via.WEB)
    body = "{{ answer }}\n\n{{ ticket.url }}"
    trigger("Tell", {"field": "notification_user", "value": ["requester_and_ccs", "Novità", body]}, when=[])

    tickets.answer(ticket.pk, Words("Non dirlo a nessuno", public=False), actor=anna, via=Via.WEB)

    mails = OutgoingMail.objects.filter(step="notice").order_by("id")
    assert sorted(mail.to for mail in mails) == ["otto@rossi.example", "rita@rossi.example"]
    assert not any("Non dirlo" in mail.text + mail.html for mail in mails)
    assert len({mail.text for mail in mails}) == 2


def test_trigger_when_its_note_has_a_link_holds_no_key_of_the_customer(mailbox, rita):
    trigger("Note", {"field": "note", "value": "Vedi {{ ticket.url }}"})

    ticket = opened(rita)

    note = ticket.comments.get(public=False)
    assert note.text == f"Vedi http://desk.example.org/tickets/{ticket.pk}"


def test_trigger_when_nothing_comes_of_it_leaves_no_trace(ticket, anna):
    trigger("Tell", {"field": "notification_user", "value": ["followers", "Novità", "Guarda"]}, when=[])
    trigger("Tag", {"field": "current_tags", "value": "vip"}, when=[])

    tickets.update(ticket.pk, Change(add_tags=("vip",)), actor=anna, via=Via.WEB)

    assert fired(ticket) == []
    assert not Firing.objects.exists()


def test_trigger_when_a_machine_wrote_tells_the_requester_nothing(mailbox, rita, ada):
    trigger("Tell", {"field": "notification_user", "value": ["requester_id", "Ricevuto", "Grazie"]})
    trigger("Tell all", {"field": "notification_user", "value": ["all_agents", "Nuova", "Guarda"]})

    opened(rita, silent=True)

    assert [mail.to for mail in OutgoingMail.objects.filter(step="notice")] == [ada.email]


def test_trigger_when_an_absent_colleagues_machine_answers_tells_nobody(ticket, anna, ada):
    tickets.update(ticket.pk, Change(add_followers=(anna, ada)), actor=anna, via=Via.WEB)
    trigger("Followers", {"field": "notification_user", "value": ["followers", "Novità", "Guarda"]}, when=[])

    tickets.hear(ticket.pk, Words("Sono in ferie", public=False, automatic=True), actor=anna, via=Via.EMAIL)
    assert not OutgoingMail.objects.filter(step="notice").exists()
    tickets.hear(ticket.pk, Words("Sono tornata", public=False), actor=anna, via=Via.EMAIL)

    assert [mail.to for mail in OutgoingMail.objects.filter(step="notice")] == [ada.email]


def test_trigger_when_a_closed_ticket_is_voted_on_tells_and_changes_nothing(ticket, anna, ada, rita):
    bad = {"field": "satisfaction_score", "operator": "is", "value": "bad"}
    trigger("Tell", {"field": "notification_user", "value": [str(ada.pk), "Voto negativo", "Guarda"]}, when=[bad])
    trigger("Raise", {"field": "priority", "value": "urgent"}, when=[bad])
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    rating = surveys.offer(tickets.Update(tickets.lock(ticket.pk), actor=None, via=Via.RULE))

    ratings.vote(rating.pk, "bad", actor=rita, via=Via.WEB)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority) == (Status.CLOSED, None)
    assert [mail.to for mail in OutgoingMail.objects.filter(step="notice")] == [ada.email]
    assert [event["values"]["title"] for event in events(ticket, type="Note") if event["code"] == "rule_refused"] == [
        "Raise"
    ]


def test_trigger_when_it_cannot_act_costs_nobody_his_update(mailbox, rita, group, ben):
    trigger("Wrong", {"field": "assignee_id", "value": str(ben.pk)}, {"field": "current_tags", "value": "still"})

    ticket = opened(rita, group=group)

    assert ticket.assignee is None
    assert [tagging.tag for tagging in ticket.taggings.all()] == ["still"]
    assert [event["code"] for event in events(ticket, type="Note")] == ["rule_refused"]


def test_trigger_when_it_solves_the_protocol_goes_on(ticket, anna, rita):
    trigger("Solve", {"field": "status", "value": "solved"}, when=[
        {"field": "comment_includes_word", "operator": "is", "value": "risolto da solo"},
    ])  # fmt: skip

    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    tickets.hear(ticket.pk, Words("Si è risolto da solo"), actor=rita, via=Via.EMAIL)

    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED
    assert OutgoingMail.objects.filter(ticket=ticket, step="solved").count() == 1


def test_trigger_when_switched_off_or_gone_does_nothing(mailbox, rita):
    made = trigger("Tag", {"field": "current_tags", "value": "x"})
    rules.switch(made.pk, on=False, actor=None)

    assert fired(opened(rita)) == []
    rules.switch(made.pk, on=True, actor=None)
    assert fired(opened(rita)) == ["Tag"]
    rules.drop(made.pk, actor=None)
    assert fired(opened(rita)) == []
    assert not Trigger.objects.exists()


def test_update_when_there_are_no_triggers_asks_no_more_of_the_database(ticket, anna, django_assert_max_num_queries):
    configuration.current()
    tickets.update(ticket.pk, Change(status=Status.PENDING), actor=anna, via=Via.WEB)

    with django_assert_max_num_queries(11):
        tickets.update(ticket.pk, Change(status=Status.OPEN), actor=anna, via=Via.WEB)
