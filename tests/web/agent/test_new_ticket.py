from sportello.desk.actions import people
from sportello.desk.models import Ticket, User
from sportello.desk.words import Status, Via
from tests.personas import mails

CALL = {"channel": "voice", "who": "rita@rossi.example", "subject": "Telefono muto", "text": "Non squilla più."}


def test_new_ticket_for_a_known_caller_opens_in_the_caller_s_name(enter, anna, rita, mailbox):
    response = enter(anna).post("/tickets/new", {**CALL, "mine": "on"})

    ticket = Ticket.objects.get()
    assert response.status_code == 302
    words = ticket.comments.get()
    assert (ticket.requester, ticket.assignee) == (rita, anna)
    assert (ticket.channel, ticket.status) == (Via.VOICE, Status.OPEN)
    assert (words.author, words.public, ticket.submitter, words.audit.author) == (rita, True, anna, anna)
    assert mails(ticket) == ["taken_charge"]


def test_new_ticket_of_a_caller_shows_who_wrote_it_down(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "mine": "on"})

    people.set_language(anna, "en")

    page = enter(anna).get(f"/tickets/{Ticket.objects.get().pk}").content.decode()

    assert "phone, written down by Anna Conti" in page


def test_new_ticket_of_a_caller_waits_for_us_and_has_no_reply_yet(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "mine": "on"})

    ticket = Ticket.objects.get()
    assert ticket.waiting_since is not None
    assert ticket.metric.first_reply_at is None


def test_new_ticket_for_an_unknown_address_makes_a_person(enter, anna, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "who": "Nina@new.example", "name": "Nina Neri", "phone": "055 1"})

    requester = Ticket.objects.get().requester
    assert (requester.name, requester.phone) == ("Nina Neri", "055 1")
    assert requester.email == "nina@new.example"


def test_new_ticket_by_name_finds_the_person(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", {**CALL, "who": "rita rossi"})

    assert Ticket.objects.get().requester == rita


def test_new_ticket_by_a_name_that_several_have_asks_which(enter, anna, rita, mailbox):
    other = people.add("Rita Rossi", "rita@elsewhere.example")
    agent = enter(anna)

    asked = agent.post("/tickets/new", {**CALL, "who": "Rita Rossi"})
    agent.post("/tickets/new", {**CALL, "who": "Rita Rossi", "person": other.pk})

    assert asked.status_code == 422
    assert "rita@elsewhere.example" in asked.content.decode()
    assert Ticket.objects.get().requester == other


def test_new_ticket_for_a_new_caller_without_address_needs_a_phone(enter, anna, mailbox):
    agent = enter(anna)

    refused = agent.post("/tickets/new", {**CALL, "who": "Nina Neri"})
    agent.post("/tickets/new", {**CALL, "who": "Nina Neri", "phone": "055 1"})

    assert refused.status_code == 422
    assert "who" in refused.context["form"].errors
    assert Ticket.objects.get().requester.name == "Nina Neri"


def test_new_ticket_when_refused_keeps_the_text(enter, anna, mailbox):
    response = enter(anna).post("/tickets/new", {**CALL, "who": "no@good@address", "text": "Kept words"})

    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert not Ticket.objects.exists()


def test_new_ticket_by_a_customer_is_not_there(enter, rita, mailbox):
    assert enter(rita).post("/tickets/new", CALL).status_code == 404
    assert not Ticket.objects.exists()
    assert User.objects.count() == 1


def test_new_ticket_that_nobody_takes_is_in_nobody_s_hands(enter, anna, rita, mailbox):
    enter(anna).post("/tickets/new", CALL)

    ticket = Ticket.objects.get()
    assert (ticket.assignee, ticket.status) == (None, Status.NEW)
