"""Reports in the manner of real servers: tests/mailbox/bounces, each named after its server and trouble."""

from pathlib import Path

import pytest

from sportello.channels.email.parse import parse
from sportello.channels.email.parsed import Bounce

MAILBOX = Path(__file__).parents[2] / "mailbox" / "bounces"
MARIO = "mario.conti@clienti.example"
OURS = "t12.1@desk.example"

BOUNCES = {
    "postfix-dsn-user-unknown": Bounce(
        MARIO, True, "5.1.1", "550 5.1.1 <mario.conti@clienti.example>: Recipient address rejected: User unknown", OURS
    ),
    "postfix-dsn-delayed": Bounce(
        MARIO, False, "4.4.1", "connect to mx.clienti.example[192.0.2.7]:25: Connection timed out", OURS
    ),
    "postfix-dsn-given-up-after-days": Bounce(
        MARIO, True, "4.4.1", "connect to mx.clienti.example[192.0.2.7]:25: Connection timed out", OURS
    ),
    "postfix-dsn-success": None,
    "exchange-ndr-it": Bounce(
        MARIO,
        True,
        "5.1.10",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        OURS,
    ),
    "dsn-mixed-one-delivered-one-failed": Bounce(MARIO, True, "5.2.2", "552 5.2.2 Mailbox full", OURS),
    "dsn-without-returned-headers": Bounce(
        MARIO, True, "5.1.1", "550-5.1.1 The email account that you tried to reach does not exist.", OURS
    ),
    "qmail-failure-notice": Bounce(MARIO, True, "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)", OURS),
    "exim-failure-with-header": Bounce(MARIO, True, "5.1.1", "550 5.1.1 No such user", OURS),
    "postfix-plain-without-dsn": Bounce(
        MARIO,
        True,
        "5.4.6",
        "<mario.conti@clienti.example>: mail for clienti.example loops back to myself (5.4.6)",
        OURS,
    ),
    "exchange-plain-ndr-it": Bounce(MARIO, True, "5.2.2", "#550 5.2.2 STOREDRV.Deliver; mailbox full ##", OURS),
    "plain-delay-warning": Bounce(MARIO, False, "4.7.1", "Delay reason: 451 4.7.1 Greylisted, please try again", OURS),
    "person-writing-about-a-bounce": None,
}


@pytest.mark.parametrize("name", BOUNCES)
def test_bounce_of_a_real_report_names_address_reason_and_mail(name):
    assert parse((MAILBOX / f"{name}.eml").read_bytes()).bounce == BOUNCES[name]


def test_bounces_of_the_mailbox_are_all_expected():
    assert {path.stem for path in MAILBOX.glob("*.eml")} == set(BOUNCES)


@pytest.mark.parametrize("name", [name for name, bounce in BOUNCES.items() if bounce])
def test_bounce_is_always_automatic(name):
    assert parse((MAILBOX / f"{name}.eml").read_bytes()).automatic != ""


def test_bounce_when_delivery_status_quotes_no_address_is_still_told():
    raw = (
        b"From: x@y.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\nciao\n--b\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nAction: failed\nStatus: 5.0.0\n--b--\n"
    )

    parsed = parse(raw)

    assert (parsed.bounce, parsed.automatic) == (Bounce("", True, "5.0.0", "", ""), "bounce")


def test_bounce_when_a_vacation_comes_by_the_null_return_path_is_none():
    raw = (
        b"Return-Path: <>\nFrom: ugo@cantiere.example\nSubject: Ferie\n\nTorno il 30, per urgenze anna@cantiere.example"
    )

    assert parse(raw).bounce is None


def test_bounce_inside_a_carried_message_is_not_this_mails():
    report = (MAILBOX / "postfix-dsn-user-unknown.eml").read_bytes()
    raw = b"From: ugo@cantiere.example\nContent-Type: message/rfc822\n\n" + report

    assert parse(raw).bounce is None
