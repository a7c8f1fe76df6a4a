"""Asking third parties from a ticket's page."""

import pytest
from django.urls import reverse

from sportello.desk.actions import merging, people, side_conversations, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, OutgoingMail, SideConversation, User
from sportello.desk.words import SideState, Status, Via

pytestmark = pytest.mark.django_db


@pytest.fixture
def fabio(db):
    return people.add("Fabio Neri", "fabio@supplier.example", language="it")


@pytest.fixture
def side(ticket, anna, fabio):
    words = Words("Avete il rullo?")
    return side_conversations.start(ticket.pk, people=[fabio], subject="Rullo", words=words, actor=anna)


def new(ticket):
    return f"/tickets/{ticket.pk}/side/new"


def address(side, rest=""):
    return f"/tickets/{side.ticket_id}/side/{side.pk}{rest}"


def test_question_when_asked_then_mails_go_to_chosen_typed_and_new_people(enter, anna, ticket, fabio, rita):
    client = enter(anna)
    quote = Comment.objects.get()
    assert client.get(new(ticket), {"quote": quote.pk}).status_code == 200

    answer = client.post(
        new(ticket),
        {
            "who": "gino@bassi.example; Fabio",
            "person": fabio.pk,
            "address": "new@supplier.example",
            "subject": "Rullo",
            "text": "Avete il rullo?",
            "quote": quote.pk,
        },
    )

    side = SideConversation.objects.get()
    assert answer.url == reverse("agent:side", args=[ticket.pk, side.pk])
    asked = ["fabio@supplier.example", "gino@bassi.example", "new@supplier.example"]
    assert sorted(OutgoingMail.objects.filter(step="side").values_list("to", flat=True)) == asked
    assert User.objects.filter(email="gino@bassi.example").exists()
    page = client.get(answer.url).text
    assert "Avete il rullo?" in page
    assert "La stampante" in page or "stampante al primo piano" in page


@pytest.mark.parametrize(
    "wrong",
    [{"who": ""}, {"who": "Fabio"}, {"who": "x@"}, {"subject": " "}, {"text": " "}, {"who": "rita@rossi.example"}],
)
def test_question_when_something_is_wrong_then_nothing_is_lost(enter, anna, ticket, wrong):
    said = {"who": "fabio@supplier.example", "subject": "Rullo?", "text": "Avete il rullo?", **wrong}

    answer = enter(anna).post(new(ticket), said)

    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert not SideConversation.objects.exists()


def test_side_when_answered_to_and_done_then_so(enter, anna, side):
    client = enter(anna)

    client.post(address(side, "/comments"), {"text": "Quanto costa?"})
    empty = client.post(address(side, "/comments"), {"text": " "})
    client.post(address(side, "/state"), {"state": "done"})

    side.refresh_from_db()
    assert empty.status_code == 422
    assert side.state == SideState.DONE
    assert list(side.comments.values_list("text", flat=True)) == ["Avete il rullo?", "Quanto costa?"]
    client.post(address(side, "/state"), {"state": "open"})
    side.refresh_from_db()
    assert side.state == SideState.OPEN


def test_ticket_then_shows_whom_it_asked_and_not_what_was_said(enter, anna, ticket, side, fabio):
    side_conversations.hear(side.pk, Words("Arriva lunedì.", html="<p>Arriva lunedì.</p>"), author=fabio)
    client = enter(anna)

    page = client.get(f"/tickets/{ticket.pk}")

    assert [(it.names, it.subject, it.is_answered) for it in page.context["open_sides"]] == [
        (["Fabio Neri"], "Rullo", True)
    ]
    assert "Arriva lunedì." not in page.text
    assert "Asked Fabio Neri: “Rullo”" in page.text
    comment = Comment.objects.latest("id")
    assert client.get(address(side)).text.count("Arriva lunedì.") >= 1
    assert client.get(address(side, f"/comments/{comment.pk}/body")).status_code == 200
    assert client.get(f"/tickets/{ticket.pk}/comments/{comment.pk}/body").status_code == 404


def test_side_for_whoever_may_not_see_the_ticket_then_not_found(enter, ben, rita, otto, side):
    comment = Comment.objects.latest("id")
    for person in (ben, rita, otto):
        client = enter(person)
        assert client.get(address(side)).status_code == 404
        assert client.get(new(side.ticket)).status_code == 404
        assert client.post(address(side, "/comments"), {"text": "x"}).status_code == 404
        assert client.post(address(side, "/state"), {"state": "done"}).status_code == 404
        assert client.get(address(side, f"/comments/{comment.pk}/body")).status_code == 404
    assert enter(rita).get("/side/people", {"who": "fabio"}).status_code == 404


def test_side_of_another_ticket_then_not_found(enter, anna, side, rita, group):
    other = tickets.open_ticket(requester=rita, subject="x", words=Words("y"), actor=rita, via=Via.EMAIL, group=group)

    assert enter(anna).get(f"/tickets/{other.pk}/side/{side.pk}").status_code == 404


def test_customer_then_never_sees_any_of_it(enter, rita, anna, ticket, side, fabio):
    side_conversations.hear(side.pk, Words("Prezzo riservato."), author=fabio)

    page = enter(rita).get(f"/requests/{ticket.pk}")

    assert page.status_code == 200
    for word in ("Prezzo riservato", "rullo", "Rullo", "Fabio"):
        assert word not in page.text


def test_question_when_the_ticket_is_closed_then_refused(enter, anna, rita, ticket, side):
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    answer = enter(anna).post(address(side, "/comments"), {"text": "Ancora?"})

    assert answer.status_code == 422
    assert ticket.status != Status.CLOSED


def test_people_when_looked_up_then_only_who_can_be_written_to_and_new_addresses(enter, anna, fabio):
    people.add("Fabio Senza", phone="1")
    client = enter(anna)

    found = client.get("/side/people", {"who": "x@y.example, fabio"}).context
    unknown = client.get("/side/people", {"who": "fabio, nuovo@supplier.example"}).context
    exact = client.get("/side/people", {"who": "fabio@supplier.example"}).context

    assert ([it.name for it in found["found"]], found["new"]) == (["Fabio Neri"], "")
    assert (unknown["found"], unknown["new"]) == ([], "nuovo@supplier.example")
    assert ([it.name for it in exact["found"]], exact["new"]) == (["Fabio Neri"], "")


def test_ticket_when_another_was_merged_into_it_then_shows_what_was_asked_there(enter, anna, rita, ticket, side, group):
    other = tickets.open_ticket(requester=rita, subject="x", words=Words("y"), actor=rita, via=Via.EMAIL, group=group)
    merging.merge(ticket.pk, other.pk, actor=anna, via=Via.WEB)
    client = enter(anna)

    found = client.get(f"/tickets/{other.pk}").context["sides"]

    assert [(it.ticket_id, it.subject) for it in found] == [(ticket.pk, "Rullo")]
    assert client.get(address(side)).status_code == 200
