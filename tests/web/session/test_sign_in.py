from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from sportello.desk import links
from sportello.desk.actions import people
from sportello.desk.actions import sign_in as verbs
from sportello.desk.models import OutgoingMail
from sportello.kit import clock
from sportello.web.session import sign_in

PASSWORD = "quattro cavalli al trotto"


@pytest.fixture(autouse=True)
def fresh_limits():
    for limit in (sign_in.BY_CLIENT, sign_in.BY_ADDRESS, sign_in.LINKS_BY_ADDRESS):
        limit.forget()


@pytest.fixture
def anna(anna):
    people.set_password(anna, PASSWORD)
    return anna


def who(client):
    return client.session.get("_auth_user_id")


def path_for(person):
    return urlsplit(verbs.make_link(person)).path


def test_sign_in_when_password_is_right_lets_in(client, anna):
    response = client.post("/sign-in", {"email": " ANNA@desk.example", "password": PASSWORD})

    assert who(client) == str(anna.pk)
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("anna@desk.example", "wrong"), ("nobody@desk.example", PASSWORD), ("rita@rossi.example", PASSWORD)],
)
def test_sign_in_when_wrong_tells_the_same_and_keeps_the_address(client, anna, rita, email, password):
    response = client.post("/sign-in", {"email": email, "password": password})

    assert response.status_code == 422
    assert response.context["form"].errors == {"password": ["Wrong address or password."]}
    assert f'value="{email}"' in response.content.decode()
    assert password not in response.content.decode()
    assert who(client) is None


def test_sign_in_when_person_is_not_active_is_refused(client, anna):
    anna.active = False
    anna.save()

    assert client.post("/sign-in", {"email": "anna@desk.example", "password": PASSWORD}).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/tickets/3", "/tickets/3"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("tickets", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_only_to_pages_of_this_desk(client, anna, wanted, leads_to):
    form = {"email": "anna@desk.example", "password": PASSWORD, "next": wanted}

    assert client.post("/sign-in", form).headers["Location"] == leads_to


def test_sign_in_keeps_the_wanted_page_in_the_form(client, db):
    page = client.get("/sign-in?next=/tickets/3").content.decode()

    assert 'name="next" value="/tickets/3"' in page


def test_sign_in_when_guessed_too_often_waits_even_for_the_right_password(client, anna):
    for _number in range(sign_in.BY_ADDRESS.times):
        client.post("/sign-in", {"email": "anna@desk.example", "password": "wrong"})

    refused = client.post("/sign-in", {"email": "anna@desk.example", "password": PASSWORD})
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        later = client.post("/sign-in", {"email": "anna@desk.example", "password": PASSWORD})

    assert (refused.status_code, later.status_code) == (429, 302)


def test_sign_in_when_without_a_password_sends_a_link_and_never_tells_who_is_known(client, rita):
    known = client.post("/sign-in", {"email": "rita@rossi.example"})
    unknown = client.post("/sign-in", {"email": "nina@rossi.example"})

    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.step) == ("rita@rossi.example", "sign_in")
    assert known.status_code == unknown.status_code == 200
    assert known.content.replace(b"rita@", b"") == unknown.content.replace(b"nina@", b"")
    assert who(client) is None


def test_sign_in_when_links_are_asked_again_and_again_sends_few(client, rita):
    pages = [client.post("/sign-in", {"email": "rita@rossi.example"}) for _number in range(8)]

    assert {page.status_code for page in pages} == {200}
    assert OutgoingMail.objects.count() == sign_in.LINKS_BY_ADDRESS.times


def test_link_when_opened_lets_nobody_in_and_when_pressed_does(client, rita):
    path = path_for(rita)

    opened = [client.get(path).status_code, client.head(path).status_code]
    before = who(client)
    pressed = client.post(path)

    assert opened == [200, 200]
    assert before is None
    assert who(client) == str(rita.pk)
    assert pressed.headers["Location"] == "/"


def test_link_when_used_before_does_not_work_again(client, rita):
    path = path_for(rita)
    client.post(path)

    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        response = Client().post(path)

    assert response.status_code == 410
    assert 'name="email"' in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_link_when_old_or_forged_offers_a_new_one(client, rita, method):
    path = path_for(rita)

    forged = getattr(client, method)(path[:-2])
    with time_machine.travel(clock.now() + links.SIGN_IN_VALID + timedelta(seconds=2)):
        old = getattr(client, method)(path)

    assert (forged.status_code, old.status_code) == (404, 410)
    assert who(client) is None


def test_link_when_person_is_not_active_is_refused(client, rita):
    path = path_for(rita)
    rita.active = False
    rita.save()

    assert client.post(path).status_code == 404


def test_sign_out_ends_the_session_only_by_post(client, anna):
    client.force_login(anna)

    assert client.get("/sign-out").status_code == 405
    assert who(client) == str(anna.pk)
    client.post("/sign-out")
    assert who(client) is None


def test_sign_in_wants_a_csrf_token(anna):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post("/sign-in", {"email": "anna@desk.example", "password": PASSWORD}).status_code == 403


def test_language_when_chosen_stays_and_leads_back(client, db):
    response = client.post("/language", {"language": "it", "next": "/sign-in"})

    assert response.headers["Location"] == "/sign-in"
    assert '<html lang="it"' in client.get("/sign-in").content.decode()
