import socket
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client

from sportello.desk.actions import desks
from sportello.desk.models import Desk, Mailbox, Schedule, User
from sportello.kit import secrets
from sportello.web.setup.links import setup_url

AT_HOME = {"headers": {"Host": "localhost:8000"}, "REMOTE_ADDR": "127.0.0.1"}
PAGES = ("desk", "agent", "mail-in", "mail-out", "ready")


@pytest.fixture(autouse=True)
def empty_desk(db, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.MAIL_OUT = None


@pytest.fixture
def base():
    """The address of the set-up by the printed link, up to the step."""
    return urlsplit(setup_url()).path.removesuffix("desk")


def test_setup_from_the_first_page_to_the_queue(client):
    first = client.get("/", **AT_HOME)
    assert first.headers["Location"] == "/setup/here/desk"

    steps = [
        ("desk", {"name": "Aiuto Bora", "language": "it"}),
        ("agent", {"name": "Ada Bruni", "email": "ada@bora.example", "password": "quattro cavalli al trotto"}),
        (
            "mail-in",
            {
                "email": "aiuto@bora.example", "imap_host": "imap.example", "imap_security": "tls",
                "imap_password": "s3", "begin": "now", "anyway": "on",
            },
        ),
        ("mail-out", {"host": "smtp.bora.example", "security": "smtps", "user": "a@b", "password": "p:/?"}),
    ]  # fmt: skip
    for number, (step, form) in enumerate(steps):
        assert client.get(f"/setup/here/{step}", **AT_HOME).status_code == 200
        response = client.post(f"/setup/here/{step}", form, **AT_HOME)
        assert response.headers["Location"] == f"/setup/here/{PAGES[number + 1]}"
    ready = client.get("/setup/here/ready", **AT_HOME).content.decode()
    finished = client.post("/setup/here/finish", **AT_HOME)

    desk, mailbox, person = Desk.objects.get(), Mailbox.objects.get(), User.objects.get()
    assert "banner--warning" not in ready
    assert "banner--info" not in ready
    assert (desk.name, desk.language) == ("Aiuto Bora", "it")
    assert desk.set_up_at is not None
    assert secrets.decrypt(desk.mail_out_secret) == "smtps://a%40b:p%3A%2F%3F@smtp.bora.example"
    assert (mailbox.address, mailbox.imap_host, mailbox.imap_user) == (
        "aiuto@bora.example",
        "imap.example",
        "aiuto@bora.example",
    )
    assert secrets.decrypt(mailbox.imap_secret) == "s3"
    assert mailbox.imap_from_now_on
    assert (person.name, person.role, person.language) == ("Ada Bruni", "admin", "it")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert Schedule.objects.get().country == "IT"
    assert finished.headers["Location"] == "/"


def test_setup_when_every_step_is_skipped_warns_and_ends(client, base):
    for step, following in pairwise(PAGES):
        assert f'href="{base}{following}"' in client.get(base + step).content.decode()

    ready = client.get(base + "ready").content.decode()
    client.post(base + "finish")

    assert "user add" in ready
    assert Desk.objects.get().set_up_at is not None
    assert User.objects.count() == 0


@pytest.mark.parametrize("token", ["here", None])
def test_setup_when_done_is_gone(client, base, token):
    desks.finish_set_up()
    prefix = "/setup/here/" if token else base

    answers = [client.get(prefix + step, **AT_HOME).status_code for step in PAGES]
    answers += [client.post(prefix + step, **AT_HOME).status_code for step in (*PAGES[:-1], "finish")]

    assert set(answers) == {404}


def test_setup_when_the_link_is_forged_is_missing(client, base):
    assert client.get(base[:-2] + "/desk").status_code == 404
    assert client.post(base[:-2] + "/agent", {"name": "x"}).status_code == 404


def test_setup_when_only_opened_changes_nothing(client, base):
    for step in PAGES:
        client.get(base + step)
        client.head(base + step)

    assert client.get(base + "finish").status_code == 405
    assert (Desk.objects.count(), User.objects.count(), Mailbox.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("step", "form", "kept"),
    [
        ("desk", {"name": "", "language": "it"}, ""),
        ("desk", {"name": "Aiuto", "language": "de"}, "Aiuto"),
        ("agent", {"name": "Ada", "email": "ada@", "password": "quattro cavalli al trotto"}, "ada@"),
        ("agent", {"name": "Ada", "email": "ada@bora.example", "password": "short"}, "ada@bora.example"),
        ("mail-in", {"email": "nobody", "imap_security": "tls"}, "nobody"),
        ("mail-in", {"email": "a@bora.example", "imap_security": "tls", "imap_port": "99999"}, "99999"),
        ("mail-out", {"host": "smtp://x/", "security": "smtp"}, "smtp://x/"),
        ("mail-out", {"host": "", "security": "smtp", "user": "me"}, "me"),
    ],
)
def test_setup_when_a_form_is_wrong_says_so_and_keeps_it(client, base, step, form, kept):
    response = client.post(base + step, form)

    assert response.status_code == 422
    assert "field__error" in response.content.decode()
    assert kept in response.content.decode()
    assert (User.objects.count(), Mailbox.objects.count()) == (0, 0)


def test_home_when_the_desk_is_empty_tells_strangers_where_the_link_is(client, settings):
    settings.PUBLIC_URL = "https://desk.example.org"

    response = client.get("/")

    assert response.status_code == 503


def test_setup_wants_a_csrf_token(base):
    assert Client(enforce_csrf_checks=True).post(base + "finish").status_code == 403
    assert Desk.objects.count() == 0


@pytest.mark.parametrize("token", ["here", None])
def test_setup_when_somebody_can_sign_in_wants_his_sign_in(client, base, ada, token):
    prefix = "/setup/here/" if token else base

    answers = {step: client.get(prefix + step, **AT_HOME) for step in PAGES}
    added = client.post(
        prefix + "agent", {"name": "Eva", "email": "eva@else.example", "password": "quattro cavalli"}, **AT_HOME
    )
    client.post(prefix + "mail-out", {"host": "smtp.else.example", "security": "smtp"}, **AT_HOME)
    client.post(prefix + "finish", **AT_HOME)

    assert {step: unquote(answer.headers["Location"]) for step, answer in answers.items()} == {
        step: f"/sign-in?next={prefix}{step}" for step in PAGES
    }
    assert unquote(added.headers["Location"]) == f"/sign-in?next={prefix}agent"
    assert list(User.objects.all()) == [ada]
    assert not Desk.objects.exists()
    assert client.get("/", **AT_HOME).headers["Location"] == "/sign-in"


@pytest.mark.parametrize(("name", "status"), [("ada", 200), ("anna", 404), ("rita", 404)])
def test_setup_when_somebody_can_sign_in_is_for_administrators(client, base, ada, request, name, status):
    client.force_login(request.getfixturevalue(name))

    assert {client.get(base + step).status_code for step in PAGES} == {status}
    assert client.post(base + "mail-in", {"email": "help@desk.example", "imap_security": "tls"}).status_code == (
        302 if status == 200 else 404
    )
    assert Mailbox.objects.count() == (1 if status == 200 else 0)


def test_setup_when_the_only_administrator_is_suspended_stays_closed(client, base, ada):
    User.objects.update(active=False)

    client.post(base + "agent", {"name": "Eva", "email": "eva@else.example", "password": "quattro cavalli"})

    assert User.objects.count() == 1


@pytest.fixture
def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield free.getsockname()[1]


def test_mail_in_when_the_mailbox_cannot_be_read_says_why_and_loses_nothing(client, base, closed_port):
    form = {
        "email": "help@desk.example", "imap_host": "127.0.0.1", "imap_port": closed_port, "imap_security": "none",
        "imap_user": "desk-user", "imap_password": "quattro & cavalli", "begin": "all",
    }  # fmt: skip

    refused = client.post(base + "mail-in", form, headers={"Accept-Language": "en"})
    boxes = Mailbox.objects.count()
    kept = client.post(base + "mail-in", {**form, "anyway": "on"})

    page = refused.content.decode()
    assert (refused.status_code, boxes) == (422, 0)
    assert f"127.0.0.1 cannot be reached on port {closed_port}: nobody listens there." in page
    for typed in ("help@desk.example", "desk-user", "quattro &amp; cavalli", 'value="all" checked', 'name="anyway"'):
        assert typed in page
    assert "no-store" in refused.headers["Cache-Control"]
    assert kept.headers["Location"] == f"{base}mail-out"
    mailbox = Mailbox.objects.get()
    assert (mailbox.imap_user, secrets.decrypt(mailbox.imap_secret)) == ("desk-user", "quattro & cavalli")


@pytest.mark.dovecot
@pytest.mark.parametrize(("begin", "from_now_on"), [("now", True), ("all", False), ("", True)])
def test_mail_in_when_the_mailbox_can_be_read_keeps_where_it_begins(client, base, dovecot, begin, from_now_on):
    form = {
        "email": "help@desk.example", "imap_host": dovecot.host, "imap_port": dovecot.port, "imap_security": "none",
        "imap_password": dovecot.password, "begin": begin,
    }  # fmt: skip

    response = client.post(base + "mail-in", form)

    assert response.headers["Location"] == f"{base}mail-out"
    assert Mailbox.objects.get().imap_from_now_on is from_now_on


@pytest.mark.dovecot
def test_mail_in_when_the_password_is_wrong_says_so(client, base, dovecot):
    form = {
        "email": "help@desk.example", "imap_host": dovecot.host, "imap_port": dovecot.port, "imap_security": "none",
        "imap_password": "wrong", "begin": "now",
    }  # fmt: skip

    response = client.post(base + "mail-in", form, headers={"Accept-Language": "en"})

    assert "127.0.0.1 does not accept this user and password." in response.content.decode()
    assert Mailbox.objects.count() == 0
