from pathlib import Path

import pytest

from sportello.channels.email.parse import parse

MAILBOX = Path(__file__).parents[2] / "mailbox" / "parse"

REASONS = {
    "outlook-out-of-office-it": "auto-submitted",
    "outlook-out-of-office-it-without-headers": "vacation-subject",
    "outlook-out-of-office-de-subject-only": "vacation-subject",
    "gmail-vacation-en": "autoresponder",
    "vacation-fr-subject-only": "vacation-subject",
    "vacation-es-subject-only": "vacation-subject",
    "vacation-null-return-path": "null-return-path",
    "person-writing-about-absence": "",
    "newsletter": "list",
    "google-group-post-by-a-person": "",
    "read-receipt": "receipt",
    "outlook-calendar-accepted": "calendar-reply",
    "calendar-invitation-without-text": "",
    "pec-ricevuta-di-consegna": "pec-receipt",
    "pec-posta-certificata": "",
    "gmail-alternative": "",
}


@pytest.mark.parametrize("name", REASONS)
def test_automatic_of_a_real_mail_names_the_reason(name):
    assert parse((MAILBOX / f"{name}.eml").read_bytes()).automatic == REASONS[name]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Auto-Submitted: auto-replied (vacation)", "auto-submitted"),
        ("Auto-Submitted: auto-notified; owner-email=a@b.example", "auto-submitted"),
        ("Auto-Submitted: No", ""),
        ("Return-Path: <>", "null-return-path"),
        ("Return-Path: <a@b.example>", ""),
        ("Precedence: bulk", "precedence"),
        ("Precedence: Auto_Reply", "precedence"),
        ("Precedence: first-class", ""),
        ("X-Auto-Response-Suppress: All", ""),
        ("X-Autoreply: yes", "autoresponder"),
        ("X-Autorespond: Out", "autoresponder"),
        ("X-Autoreply: no", ""),
        ("List-Unsubscribe: <https://negozio.example>", "list"),
        ("X-Google-Group-Id: 1\nList-Id: <a.example>\nPrecedence: list", ""),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=x", "report"),
    ],
)
def test_automatic_when_header_is_present_is_decided_by_it(header, reason):
    assert parse(f"From: a@b.example\n{header}\n\nciao".encode()).automatic == reason


def test_automatic_when_envelope_sender_is_known_ignores_the_return_path_header():
    raw = b"From: a@b.example\nReturn-Path: <>\n\nciao"

    assert parse(raw, envelope_sender="a@b.example").automatic == ""
    assert parse(raw, envelope_sender="").automatic == "null-return-path"
    assert parse(raw).automatic == "null-return-path"


@pytest.mark.parametrize(
    "subject",
    [
        "Risposta automatica: Ordine",
        "R: Risposta automatica",
        "Fuori sede",
        "Fuori ufficio - torno lunedì",
        "Automatic reply: order",
        "Out of Office",
        "Out of the office: order",
        "Out of Office AutoReply: order",
        "Auto-Reply: order",
        "Abwesenheitsnotiz: Bestellung",
        "Automatische Antwort: Bestellung",
        "Abwesend",
        "Réponse automatique : commande",
        "Absence du bureau : commande",
        "Respuesta automática: pedido",
        "Fuera de la oficina",
    ],
)
def test_automatic_when_subject_is_a_vacation_notice_is_true(subject):
    assert parse(f"From: a@b.example\nSubject: {subject}\n\nciao".encode()).automatic == "vacation-subject"


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office calendar does not sync",
        "Fuori sede il portatile non si collega",
        "La risposta automatica non parte",
        "Assente la linea in negozio",
        "Auto reply is broken for the whole team",
        "In ferie non ricevo la posta",
        "Abwesenheitsassistent geht nicht",
    ],
)
def test_automatic_when_subject_only_speaks_of_absence_is_false(subject):
    assert parse(f"From: a@b.example\nSubject: {subject}\n\nciao".encode()).automatic == ""


def test_automatic_when_calendar_reply_carries_words_is_a_persons():
    raw = (MAILBOX / "outlook-calendar-accepted.eml").read_bytes()
    raw = raw.replace(b"charset=utf-8\r\n\r\n\r\n", b"charset=utf-8\r\n\r\nArrivo alle due.\r\n", 1)

    parsed = parse(raw)

    assert (parsed.automatic, parsed.text) == ("", "Arrivo alle due.")


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("X-Spam-Flag: YES", "X-Spam-Flag: YES"),
        ("X-Spam-Flag: NO", ""),
        ("X-Spam-Status: Yes, score=9", "X-Spam-Status: Yes, score=9"),
        ("X-Spam-Status: No, score=0.1", ""),
        ("X-MS-Exchange-Organization-SCL: 6", "X-Ms-Exchange-Organization-Scl: 6"),
        ("X-MS-Exchange-Organization-SCL: -1", ""),
        ("X-Forefront-Antispam-Report: CIP:1;SFV:SPM;SCL:5", "X-Forefront-Antispam-Report: CIP:1;SFV:SPM;SCL:5"),
        ("X-Forefront-Antispam-Report: CIP:1;SFV:NSPM", ""),
        ("X-Rspamd-Action: add header", "X-Rspamd-Action: add header"),
        ("X-Rspamd-Action: no action", ""),
    ],
)
def test_spam_when_a_filter_has_spoken_is_its_header(header, shown):
    assert parse(f"From: a@b.example\n{header}\n\nciao".encode()).spam == shown
