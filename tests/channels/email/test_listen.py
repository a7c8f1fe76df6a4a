"""The listener, spoken to over a real socket by a real client; every commit is real."""

import contextlib
import smtplib
import socket
import threading
import time

import pytest
from django.db import connection, connections

from sportello.channels.email import listen
from sportello.desk.models import InboundMail, RawMail

# On PostgreSQL real_database is the usual test database: every commit is real only with this mark.
pytestmark = [pytest.mark.django_db(transaction=True)] if connection.vendor == "postgresql" else []

MAIL = b"From: rita@rossi.example\r\nSubject: Toner\r\nMessage-ID: <1@rossi.example>\r\n\r\nFinito.\r\n"


@contextlib.contextmanager
def listening():
    """A listener on a free port; yields the port. Leaving the block stops it."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = threading.Thread(target=listen.serve, args=(bound, stop))
        thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            stop.set()
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def port(real_database):
    with listening() as port:
        yield port


@pytest.fixture
def client(port):
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=10) as client:
        yield client


def talk(port: int, *lines: bytes, until: bytes) -> bytes:
    """Say all lines at once, as a pipelining client does; all that is answered, up to a line that starts so."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"".join(lines))
        while until not in answer and (more := connection.recv(65536)):
            answer += more
    return answer


def contents():
    """The stored mails, without the trace header in front, oldest first."""
    stored = [bytes(raw.content) for raw in RawMail.objects.order_by("mail_id")]
    assert all(content.startswith(b"Received: from ") for content in stored)
    return [content[content.index(b"\r\n", content.index(b";\r\n\t") + 3) + 2 :] for content in stored]


def test_mail_when_accepted_then_stored_as_it_came(client):
    answer = client.sendmail("rita@rossi.example", ["help@desk.example", "info@desk.example"], MAIL)

    assert answer == {}
    assert contents() == [MAIL]
    mail = InboundMail.objects.get()
    assert (mail.source, mail.state) == ("smtp", "received")
    assert mail.envelope == {
        "sender": "rita@rossi.example",
        "recipients": ["help@desk.example", "info@desk.example"],
        "peer": "127.0.0.1",
    }
    head = bytes(mail.raw.content).partition(b";")[0]
    assert head == (b"Received: from client.example ([127.0.0.1])\r\n\tby desk.example.org (Sportello) with ESMTP")


@pytest.mark.parametrize(
    "content",
    [
        b"\r\n",
        b".\r\n..\r\n.a\r\n",
        b"Subject: 8 bit \xe8\xff\x00\r\n\r\n\xf0\x9f\x98\x80\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 300_000 + b"\r\n.y\r\n",
        b"Subject: dots.\r\n\r\nOne.\r\nTwo.\r\n.\nThree.\r\n",
        b"Subject: bare\r\n\r\na\n.\nb\r.\rc\r\n",
    ],
    ids=["blank", "dots", "eight-bit", "long-line", "lines-that-end-in-dots", "bare-line-ends"],
)
def test_content_when_odd_then_not_a_byte_is_lost(port, content):
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in content.split(b"\r\n"))

    answer = talk(
        port,
        b"EHLO c\r\nMAIL FROM:<a@b.example> BODY=8BITMIME\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n",
        stuffed + b".\r\n",
        b"QUIT\r\n",
        until=b"\r\n221 ",
    )

    assert b"\r\n250 2.0.0 OK\r\n" in answer
    assert contents() == [content]


def test_content_when_empty_then_stored(port):
    talk(port, b"HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n.\r\nQUIT\r\n", until=b"\r\n221 ")

    assert contents() == [b""]


def test_sender_when_null_then_known_as_such(client):
    client.sendmail("", ["help@desk.example"], MAIL)

    assert InboundMail.objects.get().envelope["sender"] == ""


def test_addresses_when_odd_then_stored_readable(port):
    answer = talk(
        port,
        b"EHLO c\r\n",
        "MAIL FROM:<zoë@münchen.example> SMTPUTF8\r\n".encode(),
        b"RCPT TO:<@relay.example:help@desk.example>\r\n",
        b"RCPT TO:<caf\xe9@desk.example>\r\n",
        b"RCPT TO:<>\r\n",
        b"RCPT TO:<a\x00b@desk.example>\r\n",
        b"RCPT TO:<" + b"a" * 400 + b"@desk.example>\r\n",
        b"DATA\r\n" + MAIL + b".\r\nQUIT\r\n",
        until=b"\r\n221 ",
    )

    assert answer.count(b"\r\n553 ") == 3
    assert InboundMail.objects.get().envelope == {
        "sender": "zoë@münchen.example",
        "recipients": ["help@desk.example", "caf�@desk.example"],
        "peer": "127.0.0.1",
    }
    assert b"with UTF8SMTP;" in bytes(RawMail.objects.get().content)


def test_greeting_when_it_brings_lines_of_its_own_then_they_are_no_headers(port):
    talk(
        port,
        b"EHLO evil (\rX-Injected: yes) \xff\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\n",
        b"DATA\r\n" + MAIL + b".\r\nQUIT\r\n",
        until=b"\r\n221 ",
    )

    assert bytes(RawMail.objects.get().content).splitlines()[0] == b"Received: from evil?X-Injected:?yes? ([127.0.0.1])"


def test_size_when_announced_too_big_is_refused_before_it_is_sent(client, settings):
    client.ehlo()

    assert client.esmtp_features["size"] == str(settings.MAIL_MAX_BYTES)
    assert {"8bitmime", "smtputf8", "pipelining"} <= set(client.esmtp_features)
    assert client.mail("a@b.example", [f"SIZE={settings.MAIL_MAX_BYTES + 1}"])[0] == 552


@pytest.mark.parametrize(("size", "code"), [(1000, 250), (1001, 552)])
def test_size_when_at_the_limit_then_taken_and_over_it_refused(real_database, settings, size, code):
    settings.MAIL_MAX_BYTES = 1000
    content = b"Subject: big\r\n\r\n" + b"x" * (size - 18) + b"\r\n"
    with listening() as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.helo()
        client.mail("a@b.example")
        client.rcpt("help@desk.example")

        assert client.data(content)[0] == code
        assert client.noop()[0] == 250
    assert len(contents()) == (1 if code == 250 else 0)


def test_lmtp_when_two_recipients_then_two_answers_and_one_mail(port):
    answer = talk(
        port,
        b"LHLO mta\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nRCPT TO:<info@desk.example>\r\n",
        b"DATA\r\n" + MAIL + b".\r\nQUIT\r\n",
        until=b"\r\n221 ",
    )

    assert answer.count(b"\r\n250 2.0.0 OK") == 2
    assert (InboundMail.objects.get().source, contents()) == ("lmtp", [MAIL])


def test_order_of_commands_when_wrong_is_refused(client):
    assert client.docmd("DATA")[0] == 503
    client.ehlo()
    assert client.docmd("RCPT TO:<help@desk.example>")[0] == 503
    assert client.docmd("MAIL FROM:<a@b.example>")[0] == 250
    assert client.docmd("DATA")[0] == 503
    assert client.docmd("MAIL FROM:<a b")[0] == 553
    assert InboundMail.objects.count() == 0


def test_recipients_when_too_many_are_told_to_come_again(client, monkeypatch):
    monkeypatch.setattr(listen, "RECIPIENTS", 2)

    refused = client.sendmail("a@b.example", [f"{n}@desk.example" for n in range(3)], MAIL)

    assert {address: code for address, (code, _text) in refused.items()} == {"2@desk.example": 452}
    assert InboundMail.objects.get().envelope["recipients"] == ["0@desk.example", "1@desk.example"]


def test_connections_when_too_many_are_turned_away_for_now(client, port, monkeypatch):
    monkeypatch.setattr(listen, "CONNECTIONS", 1)

    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        smtplib.SMTP("127.0.0.1", port, timeout=10)

    assert client.noop()[0] == 250


def test_connections_when_one_peer_has_too_many_then_its_next_is_turned_away(client, port, monkeypatch):
    monkeypatch.setattr(listen, "CONNECTIONS_OF_A_PEER", 1)

    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        smtplib.SMTP("127.0.0.1", port, timeout=10)

    assert client.noop()[0] == 250
    client.quit()
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as next_one:
        assert next_one.noop()[0] == 250


def test_content_when_made_of_millions_of_dots_and_line_ends_then_read_at_once_and_whole(port):
    """One object for each line took a minute and 16 times the mail's memory."""
    lines = 1_500_000
    started = time.process_time()

    answer = talk(
        port,
        b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n",
        b"x.\r\n" * lines + b"\r\n.\r\nQUIT\r\n",
        until=b"\r\n221 ",
    )

    assert b"\r\n250 2.0.0 OK\r\n" in answer
    assert contents() == [b"x.\r\n" * lines + b"\r\n"]
    assert time.process_time() - started < 5


def test_memory_when_too_much_comes_at_once_is_refused_for_now(client, monkeypatch):
    monkeypatch.setattr(listen, "HELD_BYTES", 100_000)

    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("a@b.example", ["help@desk.example"], MAIL + b"x" * 200_000)

    assert refused.value.smtp_code == 452
    assert client.sendmail("a@b.example", ["help@desk.example"], MAIL) == {}


def test_silence_when_too_long_ends_the_connection(real_database, monkeypatch):
    monkeypatch.setattr(listen, "IDLE_SECONDS", 0.05)
    with listening() as port:
        assert b"\r\n421 4.4.2 " in talk(port, b"NOOP\r\n", until=b"421 ")


def test_many_clients_when_at_once_then_every_mail_is_stored_once(port):
    def send(number):
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as session:
            for n in range(10):
                session.sendmail("a@b.example", ["help@desk.example"], b"Subject: %d.%d\r\n\r\n" % (number, n))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(contents()) == sorted(b"Subject: %d.%d\r\n\r\n" % (m, n) for m in range(8) for n in range(10))


# --- trouble ----------------------------------------------------------------------------------------------------------


def refusal(client) -> int:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("a@b.example", ["help@desk.example"], MAIL)
    return refused.value.smtp_code


def test_database_when_in_trouble_then_temporary_refusal_and_well_again_afterwards(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE desk_rawmail RENAME TO elsewhere")
    try:
        assert refusal(client) == 451
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO desk_rawmail")

    assert client.sendmail("a@b.example", ["help@desk.example"], MAIL) == {}
    assert contents() == [MAIL]


def test_disk_when_full_then_told_so_and_to_come_again(real_database):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk cannot be filled from here")
    configured = connections.settings["default"]
    options = configured["OPTIONS"]
    full = {**options, "init_command": f"{options['init_command']}; PRAGMA max_page_count=1"}
    connections.settings["default"] = {**configured, "OPTIONS": full}
    try:
        with listening() as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail("a@b.example", ["help@desk.example"], MAIL + b"x" * 100_000)

            assert refused.value.smtp_code == 452
    finally:
        connections.settings["default"] = configured
    assert InboundMail.objects.count() == 0


def test_stop_when_clients_are_in_the_middle_then_told_421_and_nothing_of_theirs_is_kept(real_database):
    with listening() as port:
        idle = smtplib.SMTP("127.0.0.1", port, timeout=10)
        busy = smtplib.SMTP("127.0.0.1", port, timeout=10)
        busy.helo()
        busy.mail("a@b.example")
        busy.rcpt("help@desk.example")
        busy.docmd("DATA")
        busy.send(b"Subject: half a m")

    assert [session.getreply()[0] for session in (idle, busy)] == [421, 421]
    assert InboundMail.objects.count() == 0
    idle.close()
    busy.close()


def test_stop_when_mails_stream_in_then_each_250_is_stored(real_database):
    accepted = []

    def stream(port, number):
        with (
            contextlib.suppress(smtplib.SMTPException, OSError),
            smtplib.SMTP("127.0.0.1", port, timeout=10) as session,
        ):
            for n in range(10_000):
                subject = b"Subject: %d.%d\r\n\r\n" % (number, n)
                session.sendmail("a@b.example", ["help@desk.example"], subject)
                accepted.append(subject)
                if len(accepted) == 40:
                    enough.set()

    enough = threading.Event()
    with listening() as port:
        threads = [threading.Thread(target=stream, args=(port, number)) for number in range(4)]
        for thread in threads:
            thread.start()
        assert enough.wait(20)
    for thread in threads:
        thread.join()

    stored = contents()
    assert len(stored) == len(set(stored))
    assert set(accepted) <= set(stored)
