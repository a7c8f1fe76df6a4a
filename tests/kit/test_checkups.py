"""Trying a mail server, step by step: what is said of each thing that can be wrong. Real servers, both ways."""

import datetime
import socket
import ssl
import threading

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sportello.kit import imap, smtp
from sportello.kit.checkup import is_fine
from sportello.kit.imap import Account
from sportello.kit.mail_out import MailOut

SECONDS = 3.0


def verdict(steps):
    """(the names of the steps that are good, the first that is not, its sentence, whether it says what to do)."""
    bad = next((it for it in steps if not it.is_good), None)
    return [it.name for it in steps if it.is_good], bad and bad.name, bad and bad.found, bool(bad and bad.todo)


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory):
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("mail.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password) + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def tls_port(own_certificate):
    """A server that begins with TLS, under that certificate."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            try:
                own_certificate.wrap_socket(client, server_side=True).close()
            except OSError:
                client.close()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


# --- reading ----------------------------------------------------------------------------------------------------------


def account(dovecot, **changed):
    told = {"host": dovecot.host, "port": dovecot.port, "user": "tried", "password": dovecot.password}
    return Account(**{"security": "none", **told, **changed})


@pytest.mark.dovecot
def test_imap_when_all_is_well(dovecot):
    assert verdict(imap.examine(account(dovecot))) == (["name", "connect", "sign_in", "folders", "idle"], None, None, 0)


@pytest.mark.dovecot
def test_imap_with_a_wrong_password(dovecot):
    steps = imap.examine(account(dovecot, password="wrong"))

    said = "127.0.0.1 does not accept this user and password."
    assert verdict(steps) == (["name", "connect"], "sign_in", said, True)
    assert [it.is_good for it in steps] == [True, True, False, None, None]


@pytest.mark.dovecot
def test_imap_without_the_folder_names_those_that_are_there(dovecot):
    steps = imap.examine(account(dovecot, folders=("INBOX", "Requests")))

    said = "The mailbox has no folder “Requests”."
    assert verdict(steps) == (["name", "connect", "sign_in"], "folders", said, True)
    assert "INBOX" in steps[3].todo


@pytest.mark.dovecot
def test_imap_with_tls_where_there_is_none(dovecot):
    said = f"127.0.0.1 does not speak TLS on port {dovecot.port}."
    assert verdict(imap.examine(account(dovecot, security="tls"))) == (["name", "connect"], "tls", said, True)

    steps = imap.examine(account(dovecot, security="starttls"))
    assert verdict(steps)[:2] == (["name", "connect"], "tls")


def test_imap_with_a_wrong_host():
    steps = imap.examine(Account("imap.desk.invalid", 993, "tls", "u", "p"), timeout=SECONDS)

    assert verdict(steps) == ([], "name", "There is no server named imap.desk.invalid.", True)


def test_imap_with_a_wrong_port(free_port):
    steps = imap.examine(Account("127.0.0.1", free_port, "tls", "u", "p"), timeout=SECONDS)

    said = f"127.0.0.1 cannot be reached on port {free_port}: nobody listens there."
    assert verdict(steps) == (["name"], "connect", said, True)


def test_imap_with_a_certificate_that_nobody_vouches_for(tls_port):
    steps = imap.examine(Account("127.0.0.1", tls_port, "tls", "u", "p"), timeout=SECONDS)

    said = "The certificate of 127.0.0.1 is not valid: nobody but the server itself vouches for it."
    assert verdict(steps) == (["name", "connect"], "tls", said, True)


def test_imap_of_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        steps = imap.examine(Account("127.0.0.1", port, "none", "u", "p"), timeout=0.2)

    assert verdict(steps) == (["name"], "connect", "127.0.0.1 gave no answer within 0.2 seconds.", True)


# --- sending ----------------------------------------------------------------------------------------------------------


class Relay:
    """An SMTP server that lets one address send, and knows no stranger."""

    def __init__(self):
        self.mails = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address != "help@desk.example":
            return "550 5.7.1 not your address"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "stranger@elsewhere.example":
            return "554 5.7.1 relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, *_arguments):
        self.mails += 1
        return "250 OK"


@pytest.fixture
def relay():
    class Server(Controller):
        def factory(self):
            def check(server, session, envelope, mechanism, data):
                return AuthResult(success=data.password == b"right", handled=False)

            return SMTP(self.handler, authenticator=check, auth_require_tls=False)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(Relay(), hostname="127.0.0.1", port=port)
    server.start()
    yield server
    server.stop()


def tried(port, *, password="", sender="help@desk.example", recipient="ada@desk.example", scheme="smtp"):
    way = MailOut(scheme, "127.0.0.1", port, "desk" if password else "", password)
    return smtp.examine(way, sender, recipient, timeout=SECONDS)


def test_smtp_when_all_is_well_sends_nothing(relay):
    steps = tried(relay.port, password="right")

    assert is_fine(steps)
    assert [it.name for it in steps] == ["name", "connect", "tls", "sign_in", "sender", "recipient"]
    assert (steps[2].found, relay.handler.mails) == ("not encrypted: this server offers no TLS", 0)


def test_smtp_with_a_wrong_password(relay):
    said = "127.0.0.1 does not accept this user and password."
    assert verdict(tried(relay.port, password="wrong")) == (["name", "connect", "tls"], "sign_in", said, True)


def test_smtp_with_a_sender_that_is_refused(relay):
    steps = tried(relay.port, sender="boss@desk.example")

    said = "127.0.0.1 does not let boss@desk.example send: 550 5.7.1 not your address"
    assert verdict(steps) == (["name", "connect", "tls"], "sender", said, True)


def test_smtp_with_a_recipient_that_is_refused(relay):
    steps = tried(relay.port, recipient="stranger@elsewhere.example")

    said = "127.0.0.1 takes no mail for stranger@elsewhere.example: 554 5.7.1 relay access denied"
    assert verdict(steps) == (["name", "connect", "tls", "sender"], "recipient", said, True)


def test_smtp_with_a_wrong_port(free_port):
    said = f"127.0.0.1 cannot be reached on port {free_port}: nobody listens there."
    assert verdict(tried(free_port)) == (["name"], "connect", said, True)


def test_smtp_with_a_wrong_host():
    steps = smtp.examine(MailOut("smtp", "smtp.desk.invalid", 587), "a@b.example", "c@d.example", timeout=SECONDS)

    assert verdict(steps) == ([], "name", "There is no server named smtp.desk.invalid.", True)


def test_smtp_with_tls_where_there_is_none(relay):
    said = f"127.0.0.1 does not speak TLS on port {relay.port}."
    assert verdict(tried(relay.port, scheme="smtps")) == (["name", "connect"], "tls", said, True)


def test_smtp_with_a_certificate_that_nobody_vouches_for(tls_port):
    said = "The certificate of 127.0.0.1 is not valid: nobody but the server itself vouches for it."
    assert verdict(tried(tls_port, scheme="smtps")) == (["name", "connect"], "tls", said, True)


def test_smtp_with_starttls_on_the_port_of_tls_says_which_is_right():
    steps = smtp.examine(MailOut("smtp", "127.0.0.1", 465), "a@b.example", "c@d.example", timeout=SECONDS)

    assert steps[1].todo == "Port 465 speaks TLS from the start: choose TLS instead of STARTTLS."
