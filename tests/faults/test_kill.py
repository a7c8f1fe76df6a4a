"""kill -9 at random moments while mails stream in and out: nothing that got a 250 is lost, nothing is doubled."""

import random
import smtplib
import threading
import time
from collections import Counter

import pytest
from aiosmtpd.controller import Controller

from tests.faults.desk import DeskProcess, fetch, free_port, wait_until

MAILS = 240
CLIENTS = 3
KILLS = 8


class Sink:
    """The world's mail server: counts what it has taken, by Message-ID."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, server, session, envelope):
        head = envelope.content.split(b"\r\n\r\n")[0].decode()
        ids = [line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith("message-id:")]
        self.taken[ids[0].strip("<>")] += 1
        return "250 taken"


@pytest.fixture
def sink():
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    sink.port = controller.port
    yield sink
    controller.stop()


@pytest.fixture
def desk(tmp_path, sink):
    desk = DeskProcess(tmp_path / "desk", MAIL_OUT=f"smtp://127.0.0.1:{sink.port}")
    desk.set_up()
    desk.start()
    yield desk
    desk.stop()


def send_until_taken(port: int, number: int, deadline: float) -> None:
    """As a mail server does: the same mail again until somebody says 250."""
    mail = (
        f"From: Customer {number} <c{number}@client.example>\r\nTo: help@desk.example\r\n"
        f"Subject: Request {number}\r\nMessage-ID: <{number}@client.example>\r\n\r\nIt does not print.\r\n"
    )
    while time.monotonic() < deadline:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as session:
                session.sendmail(f"c{number}@client.example", ["help@desk.example"], mail)
                return
        except (OSError, smtplib.SMTPException):
            time.sleep(0.05)
    raise AssertionError(f"mail {number} was never taken")


@pytest.mark.slow
def test_desk_when_killed_again_and_again_then_every_mail_is_accounted_for_once(desk, sink):
    dice = random.Random(7)
    deadline = time.monotonic() + 180
    problems: list[BaseException] = []

    def client(numbers) -> None:
        try:
            for number in numbers:
                send_until_taken(desk.mail_port, number, deadline)
        except BaseException as error:
            problems.append(error)

    clients = [threading.Thread(target=client, args=(range(n, MAILS, CLIENTS),)) for n in range(CLIENTS)]
    for thread in clients:
        thread.start()
    kills = Counter()
    for kill in range(KILLS):
        time.sleep(dice.uniform(0.2, 1.2))
        if kill == KILLS // 2:
            desk.kill_all()
            desk.start()
            kills["all"] += 1
            continue
        part = dice.choice(("worker", "worker", "mail", "web"))
        wait_until(lambda part=part: part in desk.children(), 40, part)
        kills[part] += desk.kill(part)
    for thread in clients:
        thread.join()

    assert problems == []
    wait_until(lambda: fetch(desk.url)[0] == 200, 60, "the page", desk.log)
    wait_until(lambda: not desk.rows("SELECT 1 FROM desk_inboundmail WHERE state='received' LIMIT 1"), 120, "the inbox")
    wait_until(lambda: not desk.rows("SELECT 1 FROM desk_outgoingmail WHERE state='queued' LIMIT 1"), 120, "the outbox")
    # A client that got no answer sends again: that one is there twice in the ledger, once as a duplicate.
    states = dict(desk.rows("SELECT state || reason, count(*) FROM desk_inboundmail GROUP BY 1"))
    assert states.pop("opened") == MAILS
    assert set(states) <= {"ignoredduplicate"}
    assert desk.rows("SELECT count(*), count(DISTINCT subject) FROM desk_ticket") == [(MAILS, MAILS)]
    queued = {row[0] for row in desk.rows("SELECT message_id FROM desk_outgoingmail")}
    assert desk.rows("SELECT count(*) FROM desk_outgoingmail WHERE step='taken_charge'") == [(MAILS,)]
    assert set(sink.taken) == queued
    # Only a worker killed between the server's 250 and its own commit sends one again.
    again = sum(count - 1 for count in sink.taken.values())
    assert again <= kills["worker"] + kills["all"]
