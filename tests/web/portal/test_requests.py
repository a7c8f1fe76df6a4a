import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Attachment, Identity, OutgoingMail, Ticket, User
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.web.portal import requests

FORM = {
    "name": "Nina Neri",
    "email": "Nina@neri.example",
    "subject": "Password",
    "text": "Non entro più.",
    "website": "",
}


def test_new_request_when_sent_by_a_guest_opens_a_ticket(desk):
    browser = Client(enforce_csrf_checks=True)  # keeps no cookie from an earlier page
    file = SimpleUploadedFile("schermo.png", b"png", content_type="image/png")

    response = browser.post("/requests/new", {**FORM, "attachments": file}, headers={"Accept-Language": "it"})

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.channel, ticket.requester.name, ticket.requester.language) == (
        "Password",
        "web",
        "Nina Neri",
        "it",
    )
    assert Identity.objects.get().address == "nina@neri.example"
    assert Attachment.objects.get().file_name == "schermo.png"
    assert response.headers["Location"].startswith("/requests/sent/")
    sent = browser.get(response.headers["Location"]).content.decode()
    assert str(ticket.pk) in sent
    assert "Non entro" not in sent
    assert "/r/" not in sent


def test_new_request_when_address_is_known_looks_the_same_and_belongs_to_that_person(client, desk, rita):
    unknown = client.post("/requests/new", FORM)
    known = client.post("/requests/new", {**FORM, "name": "Chiunque", "email": "rita@rossi.example"})

    assert known.status_code == unknown.status_code == 302
    assert Ticket.objects.latest("id").requester == rita
    rita.refresh_from_db()
    assert rita.name == "Rita Rossi"


@pytest.mark.parametrize(
    "wrong", [{"email": "nina@"}, {"email": ""}, {"name": " "}, {"subject": ""}, {"text": " "}, {"text": "a\x00b"}]
)
def test_new_request_when_wrong_keeps_what_was_written(client, desk, wrong):
    form = {**FORM, **wrong}

    response = client.post("/requests/new", form)

    page = response.content.decode()
    assert response.status_code == 422
    assert Ticket.objects.count() == 0
    assert "field__error" in page
    assert all(f'value="{form[name]}"' in page for name in ("subject", "name") if form[name].strip())
    assert "\x00" in form["text"] or form["text"].strip() in page


def test_new_request_when_a_machine_fills_the_hidden_field_asks_for_one_more_press(client, desk):
    response = client.post("/requests/new", {**FORM, "website": "https://spam.example"})

    page = response.content.decode()
    assert response.status_code == 422
    assert Ticket.objects.count() == 0
    assert "Non entro più." in page
    assert "spam.example" not in page


def test_new_request_when_there_are_too_many_waits_and_keeps_the_text(client, desk):
    for _number in range(requests.BY_ADDRESS.times):
        assert client.post("/requests/new", FORM).status_code == 302

    refused = client.post("/requests/new", FORM)
    with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1)):
        later = client.post("/requests/new", FORM)

    assert refused.status_code == 429
    assert "Non entro più." in refused.content.decode()
    assert later.status_code == 302
    assert Ticket.objects.count() == requests.BY_ADDRESS.times + 1


@pytest.mark.parametrize("name", ["anna", "ada", "rita"])
def test_new_request_when_address_is_an_agents_or_a_suspended_persons_asks_to_sign_in(client, desk, request, name):
    person = request.getfixturevalue(name)
    if not person.is_staff_member:
        User.objects.filter(pk=person.pk).update(active=False)

    response = client.post("/requests/new", {**FORM, "email": person.email}, headers={"Accept-Language": "en"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "This form takes no request from this address. If it is yours, sign in first." in page
    assert "Non entro più." in page
    assert person.name not in page
    assert Ticket.objects.count() == 0


def test_new_request_when_the_address_is_refused_later_keeps_what_was_written(client, desk):
    response = client.post("/requests/new", {**FORM, "email": "ſam@neri.example"})

    assert response.status_code == 422
    assert "Non entro più." in response.content.decode()
    assert User.objects.count() == 0


def test_new_request_when_two_come_at_once_from_somebody_new_opens_both(real_database):
    start = threading.Barrier(4)
    codes = []

    def send():
        start.wait(10)
        codes.append(Client(raise_request_exception=False).post("/requests/new", FORM).status_code)
        connections.close_all()

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert codes == [302] * 4
    assert (Ticket.objects.count(), User.objects.count()) == (4, 1)


def test_sent_when_forged_is_refused(client, desk):
    assert client.get("/requests/sent/xyz").status_code == 404


def test_new_own_request_when_signed_in_asks_for_no_name(client, desk, rita):
    client.force_login(rita)

    assert client.get("/requests/new").headers["Location"] == "/requests/mine/new"
    assert 'name="email"' not in client.get("/requests/mine/new").content.decode()
    response = client.post("/requests/mine/new", {"subject": "Fax", "text": "Serve ancora?"}, follow=True)

    ticket = Ticket.objects.get()
    assert ticket.requester == rita
    assert response.redirect_chain == [(f"/requests/{ticket.pk}", 302)]


def test_requests_when_nobody_is_signed_in_lead_to_the_sign_in(client, ticket):
    for path in ("/requests", "/requests/mine/new", f"/requests/{ticket.pk}"):
        assert client.get(path).headers["Location"] == f"/sign-in?next={path}"


@pytest.mark.parametrize("count", [1, 3])
def test_requests_are_ones_own_and_take_few_queries(client, rita, sam, mailbox, count, django_assert_num_queries):
    for number in range(count):
        tickets.open_ticket(requester=rita, subject=f"mine {number}", words=Words("x"), actor=rita, via=Via.WEB)
    tickets.open_ticket(requester=sam, subject="not mine", words=Words("x"), actor=sam, via=Via.WEB)
    client.force_login(rita)
    client.get("/requests")

    with django_assert_num_queries(4):  # session, person, requests, whether there are articles
        page = client.get("/requests").content.decode()

    assert all(f"mine {number}" in page for number in range(count))
    assert "not mine" not in page


@pytest.mark.parametrize(("name", "status"), [("rita", 200), ("otto", 200), ("sam", 404), ("ben", 404)])
def test_request_is_shown_to_whoever_may_see_it(client, ticket, request, name, status):
    client.force_login(request.getfixturevalue(name))

    assert client.get(f"/requests/{ticket.pk}").status_code == status
    assert client.post(f"/requests/{ticket.pk}/comments", {"text": "Ciao"}).status_code == (
        302 if status == 200 else 404
    )


def test_comments_when_session_is_used_want_a_csrf_token(ticket, rita):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(rita)

    assert browser.post(f"/requests/{ticket.pk}/comments", {"text": "Ciao"}).status_code == 403


def test_home_leads_everybody_to_his_page(client, desk, rita, anna):
    assert client.get("/").headers["Location"] == "/requests/new"
    client.force_login(rita)
    assert client.get("/").headers["Location"] == "/requests"
    client.force_login(anna)
    assert client.get("/").headers["Location"] == "/tickets"


def test_first_mail_when_opened_by_form_waits_for_a_name(client, desk, mailbox):
    client.post("/requests/new", FORM)

    assert OutgoingMail.objects.count() == 0
    assert Ticket.objects.get().timers.get().kind == "taken_charge"


def test_body_for_a_customer_who_is_signed_in(client, ticket, rita, sam):
    tickets.hear(ticket.pk, Words("Rosso", html="<p>Rosso</p>"), actor=rita, via=Via.EMAIL)
    comment = ticket.comments.latest("id")
    path = f"/requests/{ticket.pk}/comments/{comment.pk}/body"

    client.force_login(rita)
    own = client.get(path)
    page = client.get(f"/requests/{ticket.pk}").content.decode()
    client.force_login(sam)

    assert "<p>Rosso</p>" in own.content.decode()
    assert f'src="{path}"' in page
    assert client.get(path).status_code == 404
