"""Writing down a direct contact: who it was is found or added, the request opens or goes where it belongs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sportello.desk.actions import people
from sportello.desk.models import Comment, OutgoingMail, Ticket, User
from sportello.desk.words import Status
from sportello.kit import clock
from tests.web import own_fields

pytestmark = pytest.mark.django_db
NEW, PEOPLE = "/contacts/new", "/contacts/people"
LOOK_UP = 5  # queries: who asks, how far the index has come, the people, their requests


def post(client, **said):
    usual = {"who": "", "text": "Il toner è finito.", "contact": "call", "when": "0", "outcome": "mine"}
    return client.post(NEW, {**usual, **said})


def names(client, typed):
    return [found.name for found in client.get(PEOPLE, {"who": typed}).context["found"]]


def test_contact_when_person_is_chosen_then_a_ticket_opens_for_him(enter, mailbox, anna, rita):
    client = enter(anna)

    answer = post(client, who="rita", person=rita.pk, when="10")

    ticket = Ticket.objects.get()
    assert answer.url == reverse("agent:ticket", args=[ticket.pk])
    assert (ticket.requester, ticket.assignee, ticket.contact) == (rita, anna, "call")
    assert ticket.created_at == clock.now() - timedelta(minutes=10)
    assert OutgoingMail.objects.get().step == "contact"


def test_contact_when_person_is_new_then_he_is_added(enter, mailbox, anna):
    post(enter(anna), who="Gino Bassi", person="new", phone="055 22", email="gino@bassi.example")

    person = User.objects.get(name="Gino Bassi")
    assert (person.phone, person.email, person.role) == ("055 22", "gino@bassi.example", "end-user")
    assert Ticket.objects.get().requester == person


def test_contact_when_only_typed_then_an_exact_name_or_address_is_enough(enter, mailbox, anna, rita):
    client = enter(anna)

    post(client, who="rita rossi")
    post(client, who="RITA@rossi.example")
    unclear = post(client, who="ros")
    nobody = post(client, who="")

    assert list(Ticket.objects.values_list("requester", flat=True)) == [rita.pk, rita.pk]
    assert (unclear.status_code, [it.name for it in unclear.context["found"]]) == (422, ["Rita Rossi"])
    assert nobody.status_code == 422
    assert "Il toner è finito." in unclear.text


def test_contact_about_an_open_request_then_it_goes_there(enter, anna, rita, ticket):
    answer = post(enter(anna), person=rita.pk, **{f"about-{rita.pk}": ticket.pk})

    assert answer.url == reverse("agent:ticket", args=[ticket.pk])
    assert Ticket.objects.count() == 1
    assert Comment.objects.latest("id").author == rita


def test_contact_about_a_request_that_the_agent_may_not_see_then_not_found(enter, ben, rita, ticket):
    assert post(enter(ben), person=rita.pk, **{f"about-{rita.pk}": ticket.pk}).status_code == 404
    assert Comment.objects.count() == 1


def test_contact_when_solved_or_for_a_group_then_it_is_so(enter, mailbox, anna, rita, group):
    client = enter(anna)

    post(client, person=rita.pk, outcome="solved")
    post(client, person=rita.pk, outcome="group", group=group.pk)

    assert list(Ticket.objects.order_by("id").values_list("status", "assignee", "group")) == [
        (Status.SOLVED, anna.pk, None),
        (Status.NEW, None, group.pk),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"contact": "pigeon"},
        {"when": "at", "at": ""},
        {"when": "at", "at": "2001-01-01T10:00"},
        {"when": "at", "at": "2999-01-01T10:00"},
        {"person": "new", "who": "x@", "email": "nonsense"},
        {"outcome": "group"},
    ],
)
def test_contact_when_something_is_wrong_then_nothing_typed_is_lost(enter, mailbox, anna, rita, wrong):
    answer = post(enter(anna), **{"person": rita.pk, **wrong})

    assert answer.status_code == 422
    assert Ticket.objects.count() == 0
    assert "field__error" in answer.text


def test_contact_when_a_field_must_be_filled_to_solve_then_it_opens_and_says_so(enter, mailbox, anna, rita):
    own_fields.add("Model", required=True)

    answer = enter(anna).post(
        NEW,
        {"person": rita.pk, "text": "Il toner è finito.", "contact": "call", "when": "0", "outcome": "solved"},
        follow=True,
    )

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.assignee) == (Status.OPEN, anna)
    assert "Fill in “Model”" in answer.text


def test_people_when_looked_up_then_by_name_address_phone_and_organization(enter, anna, rita, otto, sam):
    people.add("Gino Bassi", phone="+39 055 123-456")
    client = enter(anna)

    assert names(client, "rita") == ["Rita Rossi"]
    assert names(client, "hotels") == ["Otto Rossi", "Rita Rossi"]
    assert names(client, "ross otto") == ["Otto Rossi"]
    assert names(client, "elsewhere.ex") == ["Sam Stranger"]
    assert names(client, "055123") == ["Gino Bassi"]
    assert names(client, "055 1234") == ["Gino Bassi"]
    assert names(client, "r") == []


def test_people_when_they_have_open_requests_then_only_those_that_the_agent_may_see(enter, anna, ben, rita, ticket):
    seen = enter(anna).get(PEOPLE, {"who": "rita"}).context["found"]
    unseen = enter(ben).get(PEOPLE, {"who": "rita"}).context["found"]

    assert [it.pk for it in seen[0].requests] == [ticket.pk]
    assert unseen[0].requests == ()


def test_people_when_looked_up_then_in_the_same_few_queries(enter, anna, rita, otto, django_assert_num_queries):
    client = enter(anna)
    client.get(PEOPLE, {"who": "rossi"})

    with django_assert_num_queries(LOOK_UP):
        client.get(PEOPLE, {"who": "rita"})
    with django_assert_num_queries(LOOK_UP):
        client.get(PEOPLE, {"who": "rossi"})


def test_contact_for_a_customer_then_there_is_no_such_page(enter, rita):
    client = enter(rita)

    assert client.get(NEW).status_code == 404
    assert client.get(PEOPLE, {"who": "rossi"}).status_code == 404


def test_contact_when_asked_for_a_person_then_he_is_chosen(enter, anna, rita):
    answer = enter(anna).get(NEW, {"person": rita.pk})

    assert answer.context["chosen"] == str(rita.pk)


@pytest.fixture
def light(role_of, ben):
    """Ben as a light agent, who may open tickets."""
    return role_of(ben, "open")


def test_light_agent_hands_on_what_he_hears_and_takes_nothing(enter, light, mailbox, group, rita):
    client = enter(light)

    form = client.get(NEW).context["form"]
    post(client, person=rita.pk, outcome="mine")
    post(client, person=rita.pk, outcome="solved")
    opened = post(client, person=rita.pk, outcome="")
    post(client, person=rita.pk, outcome="group", group=group.pk)

    assert opened.url == reverse("agent:queue")  # It is in no group of his.
    assert [value for value, _label in form.fields["outcome"].choices] == ["", "group"]
    assert list(Ticket.objects.order_by("id").values_list("status", "assignee", "group")) == [
        (Status.NEW, None, None),
        (Status.NEW, None, group.pk),
    ]


def test_light_agent_writes_down_what_is_about_an_open_request(enter, role_of, anna, mailbox, rita):
    client = enter(role_of(anna, "open"))
    post(client, person=rita.pk, outcome="")
    ticket = Ticket.objects.get()

    answer = post(client, person=rita.pk, outcome="", text="Anche l'altro.", **{f"about-{rita.pk}": ticket.pk})

    assert answer.url == reverse("agent:ticket", args=[ticket.pk])
    assert list(ticket.comments.order_by("id").values_list("text", flat=True)) == [
        "Il toner è finito.",
        "Anche l'altro.",
    ]


def test_whose_role_opens_no_tickets_finds_no_way_to(enter, role_of, anna, ben, rita, mailbox):
    links = ("/tickets/new", NEW)
    reader, agent = enter(role_of(ben)), enter(anna)

    shown = [[link in it.get("/people").text for link in links] for it in (reader, agent)]

    assert shown == [[False, False], [True, True]]
    assert [reader.get(path).status_code for path in (*links, PEOPLE)] == [404] * 3
    assert post(reader, person=rita.pk).status_code == 404
    assert Ticket.objects.count() == 0
