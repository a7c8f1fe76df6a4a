"""The page of notices, the bell, and what a ticket's page tells beside its stream."""

import pytest
from django.urls import reverse

from sportello.desk.actions import notifications, presence, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Notification, Presence
from sportello.desk.words import NoticeKind, Via

PAGE = reverse("agent:notices")


@pytest.fixture
def told(ticket, anna, ada):
    """Ada has given Anna the ticket."""
    tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)
    return Notification.objects.get()


def test_notices_say_what_happened_and_lead_to_it(enter, anna, told, ticket):
    client = enter(anna)

    page = client.get(PAGE).content.decode()
    way = client.get(reverse("agent:notice", args=[told.pk]))

    assert "Ada Admin gave you this ticket: La stampante non stampa" in page
    assert "data-notices>1<" in page
    assert way.url == reverse("agent:ticket", args=[ticket.pk])


def test_notices_of_others_are_nobodys_business(enter, ada, rita, told):
    assert "gave you this ticket" not in enter(ada).get(PAGE).content.decode()
    assert enter(ada).get(reverse("agent:notice", args=[told.pk])).status_code == 404
    enter(ada).post(reverse("agent:notice_reading", args=[told.pk]))
    assert enter(rita).get(PAGE).status_code == 404
    assert Notification.objects.filter(read_at=None).exists()


def test_notice_of_a_ticket_out_of_sight_is_not_shown(enter, ben, ticket):
    notifications.tell([ben.pk], NoticeKind.MENTION, ticket_id=ticket.pk, values={"text": "segreto"})
    client = enter(ben)

    page = client.get(PAGE).content.decode()

    assert "segreto" not in page
    assert "La stampante" not in page
    assert "data-notices><" in page


def test_notices_are_read_one_by_one_and_all_at_once(enter, anna, told):
    notifications.tell([anna.pk], NoticeKind.JOB, values={"job": 1, "done": 3, "failed": 0})
    client = enter(anna)

    client.post(reverse("agent:notice_reading", args=[told.pk]))
    one = Notification.objects.filter(read_at=None).count()
    client.post(reverse("agent:notices_reading"), {"up_to": str(Notification.objects.order_by("-id")[0].pk)})

    assert (one, Notification.objects.filter(read_at=None).count()) == (1, 0)
    assert "Nothing to tell you" in client.get(PAGE + "?unread").content.decode()


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_a_sentence(enter, anna, kind):
    notifications.tell([anna.pk], kind, values={"because": "customer", "by": "Rita Rossi", "detail": "Ciao"})

    assert enter(anna).get(PAGE).content.decode().count("notices__link") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_notices_ask_as_many_questions_for_many_as_for_one(enter, anna, told, django_assert_num_queries, count):
    notifications.tell([anna.pk] * 1, NoticeKind.MENTION)
    for _more in range(count - 1):
        notifications.tell([anna.pk], NoticeKind.MENTION)
    client = enter(anna)
    client.get(PAGE)

    with django_assert_num_queries(5):
        client.get(PAGE)


def test_page_of_a_ticket_that_is_looked_at_has_read_its_notices(enter, anna, told, ticket):
    enter(anna).post(reverse("agent:reading", args=[ticket.pk]))

    assert not Notification.objects.filter(read_at=None).exists()


def test_typing_is_written_down_for_whoever_sees_the_ticket(enter, anna, ben, ticket):
    presence.settle("one", [("one-a", anna.pk, ticket.pk)], [])
    address = reverse("agent:typing", args=[ticket.pk])

    said = enter(anna).post(address, {"connection": "one-a", "typing": "note"})
    foreign = enter(ben).post(address, {"connection": "one-a", "typing": "answer"})
    unknown = enter(anna).post(address, {"connection": "two-a", "typing": "answer"})

    assert (said.status_code, foreign.status_code, unknown.status_code) == (204, 404, 409)
    assert Presence.objects.get().typing == "note"


def test_news_are_the_messages_after_the_one_that_was_shown(enter, anna, ben, ticket, group):
    shown = ticket.comments.get().pk
    tickets.answer(ticket.pk, Words("Arrivo <subito>."), actor=anna, via=Via.WEB)
    address = reverse("agent:news", args=[ticket.pk])

    found = enter(anna).get(f"{address}?after={shown}").content.decode()
    nothing = enter(anna).get(f"{address}?after={ticket.comments.last().pk}").content.decode()

    assert found.count("<article") == 1
    assert "Arrivo &lt;subito&gt;." in found
    assert nothing == ""
    assert enter(ben).get(address).status_code == 404
