"""Mailboxes read from a real IMAP server."""

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import DatabaseError, connection, transaction

from sportello.channels.email import imap, receive
from sportello.desk.actions import desks
from sportello.desk.models import InboundMail, Mailbox, MailFolder
from tests import services
from tests.channels.email.imap_server import contents, raw, read_all

pytestmark = [pytest.mark.django_db, pytest.mark.dovecot]


def test_backlog_when_read_then_whole_oldest_first_and_nothing_changes_there(server, box):
    server.deliver(raw(1), raw(2), flags="\\Seen")
    server.deliver(raw(3), b"From: broken \xff\r\n\r\n8 bit \xe8\r\n")
    before = server.state()

    assert read_all() is False

    assert contents() == [raw(1), raw(2), raw(3), b"From: broken \xff\r\n\r\n8 bit \xe8\r\n"]
    assert server.state() == before
    mail = InboundMail.objects.earliest("id")
    assert (mail.source, mail.mailbox, mail.envelope) == ("imap", box, {"folder": "INBOX", "uid": 1})
    box.refresh_from_db()
    assert (box.last_error, box.checked_at is not None) == ("", True)
    assert MailFolder.objects.get().last_uid == 4


def test_mail_when_new_then_only_that_is_read(server, box):
    server.deliver(raw(1))
    read_all()
    server.deliver(raw(2), flags="\\Seen")
    read_all()
    read_all()

    assert contents() == [raw(1), raw(2)]


def test_folder_when_made_anew_then_read_from_the_start_and_duplicates_are_known(server, box, group):
    box.imap_folders = ["Requests"]
    box.save()
    server.box.folder.create("Requests")
    server.deliver(raw(1), raw(2), folder="Requests")
    read_all()
    first = MailFolder.objects.get().uid_validity
    server.box.folder.delete("Requests")
    server.box.folder.create("Requests")
    server.deliver(raw(1), folder="Requests")

    read_all()
    receive.step()

    assert MailFolder.objects.get().uid_validity != first
    assert contents() == [raw(1), raw(2), raw(1)]
    assert list(InboundMail.objects.order_by("id").values_list("state", "reason")) == [
        ("opened", ""),
        ("opened", ""),
        ("ignored", "duplicate"),
    ]


def test_folders_when_several_then_each_has_its_own_mark(server, box):
    box.imap_folders = ["INBOX", "Più/Richieste"]
    box.save()
    server.box.folder.create("Più/Richieste")
    server.deliver(raw(1), raw(2))
    server.deliver(raw(3), folder="Più/Richieste")

    read_all()

    assert contents() == [raw(1), raw(2), raw(3)]
    assert dict(MailFolder.objects.values_list("name", "last_uid")) == {"INBOX": 2, "Più/Richieste": 1}


def test_mail_when_too_big_then_its_head_is_held(server, box, settings):
    settings.MAIL_MAX_BYTES = 2000
    server.deliver(raw(1), raw(2, size=3000), raw(3))

    read_all()
    receive.step()

    head = raw(2).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert contents() == [raw(1), head, raw(3)]
    held = InboundMail.objects.get(state="held")
    assert (held.reason, held.size, held.subject, held.sender) == (
        "oversize",
        3002,
        "Toner 2",
        "rita@rossi.example",
    )


def test_backlog_when_long_then_read_in_turns(server, box, monkeypatch):
    monkeypatch.setattr(imap, "TURN_MAILS", 3)
    monkeypatch.setattr(imap, "BATCH_MAILS", 2)
    server.deliver(*(raw(number) for number in range(5)))

    assert read_all() is True
    assert contents() == [raw(0), raw(1), raw(2)]
    assert read_all() is False
    assert contents() == [raw(number) for number in range(5)]


def test_mark_when_recording_fails_then_not_moved(server, box):
    server.deliver(raw(1))
    with pytest.raises(DatabaseError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE desk_rawmail RENAME TO elsewhere")
        read_all()

    read_all()

    assert contents() == [raw(1)]


def test_mark_when_somebody_else_moved_it_then_nothing_is_recorded_twice(server, box):
    server.deliver(raw(1))
    read_all()
    late = MailFolder.objects.get()
    late.last_uid = 0

    assert imap.inbox.read_on(late, [imap.Delivery(raw(1), "imap")], last_uid=1) is False

    assert contents() == [raw(1)]


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_mailbox_when_in_trouble_then_says_so_and_the_others_are_read(server, box, dovecot):
    server.deliver(raw(1))
    desks.add_mailbox("other@desk.example", imap_host="127.0.0.1", imap_port=closed_port(), imap_security="none")
    Mailbox.objects.filter(pk=box.pk).update(address="z@desk.example")

    read_all()

    assert contents() == [raw(1)]
    errors = dict(Mailbox.objects.values_list("address", "last_error"))
    assert errors["z@desk.example"] == ""
    assert errors["other@desk.example"].startswith("127.0.0.1 cannot be reached on port ")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"imap_secret": "mangled"}, "The password cannot be read any more: enter it again."),
        ({"imap_secret": None}, "127.0.0.1 does not accept this user and password."),
        ({"imap_host": "nowhere.invalid"}, "There is no server named nowhere.invalid."),
        ({"imap_security": "tls"}, "127.0.0.1 does not speak TLS on port {port}."),
        ({"imap_folders": ["INBOX", "Lost"]}, "The mailbox has no folder “Lost”."),
    ],
    ids=["secret", "password", "name", "no-tls", "folder"],
)
def test_check_when_something_is_wrong_then_says_what(box, dovecot, change, sentence):
    for name, value in change.items():
        setattr(box, name, imap.secrets.encrypt("wrong") if value is None else value)

    with pytest.raises(imap.CannotRead) as said:
        imap.check(box)

    assert str(said.value) == sentence.format(port=dovecot.port)


def test_check_when_the_server_says_nothing_then_gives_up(box):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box.imap_port = silent.getsockname()[1]

        with pytest.raises(imap.CannotRead, match=r"127\.0\.0\.1 gave no answer within 0.2 seconds"):
            imap.imap.check(imap.account(box), timeout=0.2)


def test_check_when_well_then_names_the_folders(server, box):
    server.box.folder.create("Requests")

    assert imap.check(box) == ["INBOX", "Requests"]


def test_step_when_mailbox_is_off_or_has_no_server_then_not_touched(box):
    Mailbox.objects.update(active=False)
    desks.add_mailbox("smtp@desk.example")

    assert read_all() is False

    assert set(Mailbox.objects.values_list("checked_at", flat=True)) == {None}


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_mail_when_asking_for_it_breaks_the_connection_then_left_behind_after_three_times(server, box, dovecot, user):
    server.deliver(raw(1), raw(2, size=50_000), raw(3))
    # A file that ends before the size in its name: the server hangs up in the middle.
    for file in (dovecot.maildirs / user).glob("*/*"):
        if b"<2@" in file.read_bytes():
            file.write_bytes(file.read_bytes()[:100])

    marks = []
    for _time in range(5):
        read_all()
        folder = MailFolder.objects.get()
        marks.append((folder.last_uid, folder.tries))

    assert marks == [(0, 1), (1, 1), (1, 2), (1, 3), (3, 0)]
    assert [len(content) for content in contents()] == [len(raw(1)), 0, len(raw(3))]
    failed = InboundMail.objects.get(state="failed")
    assert (failed.reason, failed.envelope["uid"]) == ("fetch_again", 2)


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for 127.0.0.1 that nobody but the test knows; its key lies beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    public = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(public.public_bytes(serialization.Encoding.PEM))
    file.with_suffix(".key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.fixture(scope="module")
def tls_ports(certificate):
    """A Dovecot that speaks TLS: the ports for TLS from the start and for STARTTLS, and the password."""
    tls = closed_port()
    with pytest.MonkeyPatch.context() as patch:
        text = services.DOVECOT_CONFIGURATION.replace(
            "ssl = no", f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{certificate.with_suffix('.key')}"
        ).replace("port = 0", f"port = {tls}\n    ssl = yes")
        patch.setattr(services, "DOVECOT_CONFIGURATION", text)
        with services.dovecot() as server:
            yield {"tls": tls, "starttls": server.port, "password": server.password}


@pytest.fixture
def tls_box(box, tls_ports) -> Mailbox:
    box.imap_secret = imap.secrets.encrypt(tls_ports["password"])
    return box


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_when_the_certificate_is_trusted_then_read(tls_box, tls_ports, certificate, security, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls_box.imap_security, tls_box.imap_port = security, tls_ports[security]

    assert imap.check(tls_box) == ["INBOX"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_when_the_certificate_is_unknown_then_refused_before_the_password_is_said(tls_box, tls_ports, security):
    tls_box.imap_security, tls_box.imap_port = security, tls_ports[security]

    with pytest.raises(imap.CannotRead, match="nobody but the server itself vouches for it"):
        imap.check(tls_box)
