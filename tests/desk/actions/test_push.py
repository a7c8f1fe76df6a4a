"""The browsers of agents: whose they are, how many, and that a notice and its messages are one change."""

from datetime import timedelta

import pytest
from django.db import transaction

from sportello.desk.actions import notifications, push, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid
from sportello.desk.models import Notification, PushMessage, PushSubscription
from sportello.desk.words import NoticeKind, Via
from tests.push_service import Browser

KEYS = Browser()
ADDRESS = "https://push.example/send/abc"


def subscribe(person, endpoint=ADDRESS, **values):
    given = {"p256dh": KEYS.p256dh, "auth": KEYS.auth, "label": "Firefox, Linux", "private": False, **values}
    return push.subscribe(endpoint, actor=person, **given)


def kept():
    return list(PushSubscription.objects.order_by("id").values_list("user__name", "endpoint"))


def test_subscribe_twice_is_one_browser(anna, frozen_clock):
    first = subscribe(anna)
    frozen_clock.shift(60)
    second = subscribe(anna, label="Chrome, Windows")

    row = PushSubscription.objects.get()
    assert (first.pk, row.label, row.created_at) == (second.pk, "Chrome, Windows", first.created_at)


def test_subscribe_when_the_browser_has_a_new_address_replaces_the_old_one_of_his_own(anna, ben):
    subscribe(anna, "https://push.example/old")
    subscribe(ben, "https://push.example/bens")

    subscribe(anna, "https://push.example/new", replaces="https://push.example/old")
    subscribe(anna, "https://push.example/more", replaces="https://push.example/bens")

    assert kept() == [
        ("Ben Archer", "https://push.example/bens"),
        ("Anna Conti", "https://push.example/new"),
        ("Anna Conti", "https://push.example/more"),
    ]


def test_subscribe_when_somebody_else_sits_there_now_tells_him_only_what_is_his(anna, ben):
    subscribe(anna)
    notifications.tell([anna.pk], NoticeKind.JOB)

    subscribe(ben)
    notifications.tell([anna.pk, ben.pk], NoticeKind.JOB)

    assert kept() == [("Ben Archer", ADDRESS)]
    assert [it.notification.user_id for it in PushMessage.objects.all()] == [ben.pk]


def test_subscribe_when_there_are_twenty_the_one_not_heard_of_for_longest_makes_room(anna, ben, frozen_clock):
    subscribe(ben, "https://push.example/bens")
    for number in range(push.MOST):
        frozen_clock.shift(timedelta(minutes=1))
        subscribe(anna, f"https://push.example/{number}")
    frozen_clock.shift(timedelta(minutes=1))
    PushSubscription.objects.filter(endpoint="https://push.example/0").update(reached_at=push.clock.now())

    subscribe(anna, "https://push.example/new")

    names = [endpoint.rpartition("/")[2] for _name, endpoint in kept()]
    assert names == ["bens", "0", *map(str, range(2, push.MOST)), "new"]


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("", {}),
        ("http://push.example/x", {}),
        ("https://localhost.localdomain:0/x", {}),
        ("https://127.0.0.1/x", {}),
        ("https://[::ffff:10.0.0.1]/x", {}),
        ("https://somebody:secret@push.example/x", {}),
        ("javascript:alert(1)", {}),
        ("https://push.example/" + "x" * 1000, {}),
        (ADDRESS, {"p256dh": "nothing"}),
        (ADDRESS, {"auth": "AAAA"}),
    ],
)
def test_subscribe_when_no_browser_gives_such_words_is_refused(anna, endpoint, values):
    with pytest.raises(Invalid, match="endpoint"):
        subscribe(anna, endpoint, **values)

    assert kept() == []


def test_remove_takes_ones_own_and_nobody_elses(anna, ben, ada, rita):
    annas, bens = subscribe(anna), subscribe(ben, "https://push.example/bens")

    for person in (ben, ada, rita):
        push.remove(annas.pk, actor=person)
    before = kept()
    push.remove(annas.pk, actor=anna)
    push.remove(annas.pk, actor=anna)

    assert len(before) == 2
    assert kept() == [("Ben Archer", bens.endpoint)]


def test_notice_and_its_messages_are_one_change(ticket, anna, ada, rita):
    subscribe(anna)
    subscribe(anna, "https://push.example/other")
    subscribe(rita, "https://push.example/ritas")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)
        assert PushMessage.objects.count() == 2
        raise ZeroDivisionError

    undone = (Notification.objects.count(), PushMessage.objects.count())
    tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)
    tickets.hear(ticket.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)

    assert undone == (0, 0)
    told = [(it.notification.kind, it.subscription.user.name) for it in PushMessage.objects.order_by("id")]
    assert told == [*[(NoticeKind.ASSIGNED, "Anna Conti")] * 2, *[(NoticeKind.CUSTOMER, "Anna Conti")] * 2]
