"""Whom an update concerns reads of it, once; whom it does not pays nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import notifications, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Group, Notification
from sportello.desk.words import NoticeKind, Status, Via


@pytest.fixture
def assigned(ticket, anna):
    """Anna has Rita's ticket: she took it herself."""
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    return ticket


@pytest.fixture
def followed(assigned, ada, anna):
    tickets.update(assigned.pk, Change(add_followers=(ada,)), actor=anna, via=Via.WEB)
    return assigned


def told():
    rows = Notification.objects.order_by("id").values_list("user__name", "kind", "author__name", "values")
    return list(rows)


def test_assigned_by_a_colleague_is_told(ticket, anna, ada):
    tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)

    assert told() == [("Anna Conti", NoticeKind.ASSIGNED, "Ada Admin", {})]


def test_taken_by_oneself_is_not_told(assigned):
    assert told() == []


def test_assigned_by_its_group_is_told_in_nobodys_name(mailbox, group, anna, rita):
    Group.objects.update(assignment="round_robin")
    words = Words("Non stampa.")

    tickets.open_ticket(requester=rita, subject="x", words=words, actor=rita, via=Via.EMAIL, group=group)

    assert told() == [("Anna Conti", NoticeKind.ASSIGNED, None, {})]


def test_customer_who_writes_is_told_to_the_assignee(assigned, rita):
    tickets.hear(assigned.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)

    assert told() == [("Anna Conti", NoticeKind.CUSTOMER, "Rita Rossi", {"text": "Allora?"})]


def test_machine_that_writes_is_told_to_nobody(followed, rita):
    tickets.hear(followed.pk, Words("Sono in ferie.", automatic=True), actor=rita, via=Via.EMAIL)

    assert told() == []


def test_followers_are_told_of_words_and_of_a_status_and_not_of_the_rest(followed, anna):
    tickets.answer(followed.pk, Words("Arrivo."), actor=anna, via=Via.WEB)
    tickets.update(followed.pk, Change(priority=2), actor=anna, via=Via.WEB)
    tickets.update(followed.pk, Change(status=Status.HOLD), actor=anna, via=Via.WEB)

    assert told() == [
        ("Ada Admin", NoticeKind.FOLLOWED, "Anna Conti", {"text": "Arrivo."}),
        ("Ada Admin", NoticeKind.FOLLOWED, "Anna Conti", {"status": "hold"}),
    ]


def test_follower_who_writes_himself_is_not_told(followed, ada):
    tickets.answer(followed.pk, Words("Nota.", public=False), actor=ada, via=Via.WEB)

    assert told() == []


def test_assignee_who_follows_is_told_once(followed, anna, ada, rita):
    tickets.update(followed.pk, Change(add_followers=(anna,)), actor=anna, via=Via.WEB)
    tickets.hear(followed.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)

    assert [(name, kind) for name, kind, *_ in told()] == [
        ("Anna Conti", NoticeKind.CUSTOMER),
        ("Ada Admin", NoticeKind.FOLLOWED),
    ]


def test_mail_that_concerns_nobody_asks_nothing_more(ticket, rita, monkeypatch):
    def asked(text):
        with CaptureQueriesContext(connection) as captured:
            tickets.hear(ticket.pk, Words(text), actor=rita, via=Via.EMAIL)
        return [query["sql"] for query in captured]

    asked("Primo.")
    with_notices = asked("Secondo.")
    monkeypatch.setattr(notifications, "follow", lambda update: None)

    assert len(with_notices) == len(asked("Terzo."))


def test_reading_the_ticket_reads_its_notices_and_no_others(assigned, anna, rita, otto, mailbox):
    tickets.hear(assigned.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)
    notifications.tell([anna.pk, rita.pk], NoticeKind.MENTION, ticket_id=assigned.pk)
    notifications.tell([anna.pk], NoticeKind.JOB, values={"job": 1})

    tickets.mark_read(assigned, actor=anna)

    unread = Notification.objects.filter(read_at=None).values_list("user__name", "kind")
    assert set(unread) == {("Rita Rossi", NoticeKind.MENTION), ("Anna Conti", NoticeKind.JOB)}


def test_reading_all_leaves_what_came_since(anna, ada):
    for _notice in range(3):
        notifications.tell([anna.pk, ada.pk], NoticeKind.MENTION)
    before = Notification.objects.filter(user=anna).order_by("id")[1].pk

    notifications.read_all(actor=anna, up_to=before)

    assert Notification.objects.filter(user=anna, read_at=None).count() == 1
    assert Notification.objects.filter(user=ada, read_at=None).count() == 3
