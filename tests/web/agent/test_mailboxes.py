"""The desk's addresses: kept, tried, and the whole way of a mail. Real servers where a mark says so."""

import pytest

from sportello.channels.email import receive
from sportello.delivery import mime
from sportello.desk.actions import desks, inbox, mailboxes
from sportello.desk.models import Mailbox, OutgoingMail, RuleChange, Ticket
from sportello.kit import secrets
from sportello.kit.mail_out import MailOut

pytestmark = pytest.mark.django_db

LIST = 5  # queries
SENT = {"address": "sales@desk.example", "name": "Sales", "imap_security": "tls", "imap_port": "993", "active": "on"}


def steps_of(response):
    return [(it.name, it.is_good) for it in response.context["trial"].steps]


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_are_the_administrators(enter, request, mailbox, name):
    other, pages = enter(request.getfixturevalue(name)), ["", "/new", "/out", f"/{mailbox.pk}"]
    verbs = [
        "/new",
        "/out",
        "/out/trial",
        *(f"/{mailbox.pk}{it}" for it in ("", "/reading", "/sending", "/round-trip")),
    ]

    assert {other.get(f"/mailboxes{path}").status_code for path in pages} == {404}
    assert {other.post(f"/mailboxes{path}", SENT).status_code for path in verbs} == {404}
    assert (Mailbox.objects.count(), OutgoingMail.objects.count()) == (1, 0)


def test_list_asks_as_many_queries_with_one_as_with_three(enter, ada, mailbox, django_assert_num_queries):
    admin = enter(ada)
    for number in range(3):
        admin.get("/mailboxes")
        if number in (0, 2):
            with django_assert_num_queries(LIST):
                admin.get("/mailboxes")
        desks.add_mailbox(f"more{number}@desk.example")


def test_password_is_kept_encrypted_and_never_shown(enter, ada):
    admin = enter(ada)
    fetched = {"imap_host": "imap.desk.example", "imap_password": "pa55 wörd", "imap_folders": "INBOX\nRequests"}

    assert admin.post("/mailboxes/new", {**SENT, **fetched}).status_code == 302

    kept = Mailbox.objects.get()
    assert (kept.address, kept.imap_user, kept.imap_folders) == (
        SENT["address"],
        SENT["address"],
        ["INBOX", "Requests"],
    )
    assert ("pa55" in kept.imap_secret, secrets.decrypt(kept.imap_secret)) == (False, "pa55 wörd")
    assert "pa55" not in admin.get(f"/mailboxes/{kept.pk}").content.decode()
    assert "pa55" not in str(list(RuleChange.objects.values_list("before", "after")))

    admin.post(f"/mailboxes/{kept.pk}", {**SENT, **fetched, "imap_password": "", "default": "on", "name": "Selling"})
    kept.refresh_from_db()
    assert (kept.name, secrets.decrypt(kept.imap_secret)) == ("Selling", "pa55 wörd")


def test_password_of_one_server_is_not_shown_to_another(enter, ada):
    fetched = {"imap_host": "imap.desk.example", "imap_password": "secret", "default": "on"}
    kept = mailboxes.save({**SENT, "imap_port": 993, **fetched}, actor=ada)

    answer = enter(ada).post(
        f"/mailboxes/{kept.pk}", {**SENT, **fetched, "imap_host": "evil.example", "imap_password": ""}
    )

    assert (answer.status_code, "enter the password again" in answer.content.decode()) == (422, True)
    assert Mailbox.objects.get().imap_host == "imap.desk.example"


def test_there_is_always_one_default(enter, ada, mailbox):
    other = mailboxes.save({"address": "sales@desk.example", "default": True}, actor=ada)

    mailbox.refresh_from_db()
    assert (mailbox.default, other.default) == (False, True)
    for wrong in ({"default": ""}, {"active": "", "default": "on"}):
        sent = {it: value for it, value in {**SENT, **wrong}.items() if value}
        assert enter(ada).post(f"/mailboxes/{other.pk}", sent).status_code == 422
    for wrong in ({"address": "help@desk.example"}, {"imap_host": "a b"}, {"group": "77"}):
        assert enter(ada).post("/mailboxes/new", {**SENT, **wrong}).status_code == 422
    assert Mailbox.objects.filter(default=True).get() == other


def test_new_mailbox_that_is_saved_and_tried_is_shown_at_its_own_address_with_what_the_try_said_once(enter, ada):
    admin = enter(ada)

    answer = admin.post("/mailboxes/new", {**SENT, "imap_host": "nowhere.invalid", "imap_user": "x", "then": "test"})
    first, again = admin.get(answer.url), admin.get(answer.url)

    assert (answer.status_code, answer.url) == (302, f"/mailboxes/{Mailbox.objects.get().pk}")
    assert steps_of(first)[:2] == [("name", False), ("connect", None)]
    assert again.context["trial"] is None


@pytest.mark.dovecot
def test_reading_is_tried_with_what_is_kept(enter, ada, dovecot):
    fetched = {"imap_host": dovecot.host, "imap_port": dovecot.port, "imap_security": "none", "imap_user": "tried"}
    sent = {**SENT, **fetched, "imap_password": dovecot.password, "then": "test"}

    saved = enter(ada).post("/mailboxes/new", sent, follow=True)
    kept = Mailbox.objects.get()
    good = enter(ada).post(f"/mailboxes/{kept.pk}/reading")
    mailboxes.save({"imap_folders": ["Nowhere"]}, actor=ada, mailbox_id=kept.pk)
    bad = enter(ada).post(f"/mailboxes/{kept.pk}/reading")

    well = [("name", True), ("connect", True), ("sign_in", True), ("folders", True), ("idle", True)]
    assert (steps_of(saved), steps_of(good)) == (well, well)
    assert "The mailbox has no folder “Nowhere”." in bad.content.decode()


def test_sending_without_a_server_says_where_to_name_one(enter, ada, mailbox, settings):
    settings.MAIL_OUT = None

    answer = enter(ada).post(f"/mailboxes/{mailbox.pk}/sending")

    assert steps_of(answer) == [("server", False)]
    assert "None is set: mails stay in the outbox." in answer.content.decode()


def test_sending_mails_a_test_to_whoever_asks(enter, ada, mailbox, settings, tmp_path):
    settings.MAIL_OUT = MailOut("file", folder=tmp_path)

    enter(ada).post(f"/mailboxes/{mailbox.pk}/sending")

    mail = OutgoingMail.objects.get()
    assert (mail.step, mail.to, mail.sender, mail.recipient) == ("test", ada.email, mailbox.address, ada)


def test_server_that_refuses_is_told_and_nothing_is_queued(enter, ada, mailbox, settings):
    settings.MAIL_OUT = MailOut("smtp", "smtp.desk.invalid", 587)

    answer = enter(ada).post("/mailboxes/out/trial")

    assert "There is no server named smtp.desk.invalid." in answer.content.decode()
    assert OutgoingMail.objects.count() == 0


def test_way_out_is_kept_without_showing_its_password(enter, ada, mailbox, settings):
    settings.MAIL_OUT, admin = None, enter(ada)
    sent = {"host": "smtp.desk.example", "port": "587", "security": "smtp", "user": "desk", "password": "s3cret"}

    assert admin.post("/mailboxes/out", sent).status_code == 302
    assert "s3cret" not in admin.get("/mailboxes/out").content.decode()
    admin.post("/mailboxes/out", {**sent, "port": "2525", "password": ""})
    assert desks.way_out() == MailOut("smtp", "smtp.desk.example", 2525, "desk", "s3cret")
    admin.post("/mailboxes/out", {**sent, "host": "other.example", "password": ""})

    assert desks.way_out() == MailOut("smtp", "other.example", 587, "desk", "")
    changed = RuleChange.objects.filter(kind="desk").order_by("id").values_list("after", flat=True)
    assert [it["mail_out"] for it in changed] == [
        "smtp://smtp.desk.example:587",
        "smtp://smtp.desk.example:2525",
        "smtp://other.example:587",
    ]


def test_round_trip_waits_then_shows_what_came_back(enter, ada, mailbox, frozen_clock):
    admin = enter(ada)
    page = admin.post(f"/mailboxes/{mailbox.pk}/round-trip")["location"]
    mail = OutgoingMail.objects.get()
    assert (mail.to, [it.is_good for it in admin.get(page).context["steps"]]) == (mailbox.address, [None, None])
    assert b"src=" in admin.get(f"{page}/progress").content

    head = b"Authentication-Results: mx.example; spf=pass; dkim=fail\r\n"
    inbox.record([inbox.Delivery(head + mime.build(mail), "smtp", {"recipients": [mailbox.address]})])
    while receive.step():
        pass

    shown = admin.get(f"{page}/progress")
    assert [it.is_good for it in shown.context["steps"]] == [None, True]
    assert [(it.method, it.is_good) for it in shown.context["verdicts"]] == [("DKIM", False), ("SPF", True)]
    assert (b"src=" in shown.content, Ticket.objects.count()) == (False, 0)


def test_round_trip_that_does_not_come_back_says_so(enter, ada, mailbox, frozen_clock):
    admin = enter(ada)
    page = admin.post(f"/mailboxes/{mailbox.pk}/round-trip")["location"]

    frozen_clock.shift(61)

    shown = admin.get(f"{page}/progress")
    assert [it.is_good for it in shown.context["steps"]] == [None, False]
    assert "Nothing has come back within a minute." in shown.content.decode()
