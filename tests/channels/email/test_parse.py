"""Mails in the manner of real clients and servers: tests/mailbox/parse, each named after its trouble."""

import base64
import hashlib
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.channels.email.mime import DEEPEST, MOST_PARTS
from sportello.channels.email.parse import parse
from sportello.channels.email.parsed import Address, ParsedMail

MAILBOX = Path(__file__).parents[2] / "mailbox"
MAILS = sorted(MAILBOX.glob("parse/*.eml")) + sorted(MAILBOX.glob("bounces/*.eml"))
CHIARA = Address("Chiara Bellini", "chiara.bellini@panificio.example")


def mail(name: str) -> ParsedMail:
    return parse((MAILBOX / "parse" / f"{name}.eml").read_bytes())


# name of the mail → text, repairs
TEXTS = {
    "charset-says-ascii-but-is-cp1252": ("La stampante è ferma, il costo è 30 € l’ora.", ("charset-lied",)),
    "charset-says-latin1-but-is-utf8": ("Perché non va più? Già provato a spegnerla.", ("charset-lied",)),
    "charset-says-latin1-but-is-cp1252": ("Costa 30 € l’ora, è troppo.", ()),
    "charset-unknown": ("La città è al buio.", ("charset-unknown",)),
    "charset-missing-with-8bit-body": (
        "Perché la cassa non stampa più gli scontrini dopo l'aggiornamento di ieri sera? È urgente.",
        ("charset-missing",),
    ),
    "charset-mixed-utf8-with-cp1252-footer": (
        "Perché la città è così? Più di così non si può.\nSocietà — sede legale",
        ("charset-mixed",),
    ),
    "charset-utf16-little-endian": ("Il server è spento.", ()),
    "charset-only-in-html-meta": ("Dobrý den, příloha chybí.", ()),
    "charset-japanese-iso-2022-jp": ("システムが動きません。", ()),
    "header-body-separator-missing": (
        "Hai un nuovo messaggio vocale da 055123456.\nDurata 12 secondi.",
        ("header-end-missing", "message-id-missing", "date-missing"),
    ),
    "headers-missing-entirely": (
        "Solo testo, nessuna intestazione.",
        ("headers-missing", "from-missing", "message-id-missing", "date-missing"),
    ),
    "mbox-from-line-first": ("Dalla casella esportata.", ()),
    "newlines-bare-cr": ("Vecchio Mac.\nSeconda riga.", ("newlines-broken",)),
    "newlines-cr-cr-lf": ("Doppio ritorno.\nSeconda riga.", ("newlines-broken",)),
    "gmail-alternative": ("Buongiorno,\nla stampante è ferma.", ()),
    "alternative-with-empty-text": ("La stampante è ferma.", ()),
    "html-only": (
        "La stampante <https://panificio.example/stampante> è ferma.\n\n- spenta\n- riaccesa\n\n> Provi a spegnerla.",
        (),
    ),
    "html-sent-as-plain": ("Ordine 12 confermato.", ("html-as-plain",)),
    "apple-mail-html-around-a-pdf": ("Prima\nDopo", ()),
    "mixed-with-two-text-parts": ("Il testo della persona.\n\n-- \nAggiunto dal server aziendale.", ()),
    "boundary-missing-parameter": ("Il gestionale ha dimenticato il separatore.", ("boundary-missing",)),
    "boundary-declared-differs": ("Il separatore vero è un altro.", ("boundary-missing",)),
    "boundary-never-closed": ("Messaggio troncato dal server", ("boundary-unclosed",)),
    "text-only-outside-the-boundaries": ("Il fax ha scritto qui il suo testo.", ()),
    "content-type-without-subtype": ("Tipo senza sottotipo, però leggibile.", ("content-type-broken",)),
    "base64-without-padding": ("La stampante è ferma", ()),
    "base64-with-plain-footer": (
        "La stampante è ferma!!\n_______________________________________________\n"
        "Lista fornitori: scrivere a fornitori@liste.example",
        ("base64-broken",),
    ),
    "base64-declared-but-plain": ("Questo testo non e' in base64, per niente.", ("base64-broken",)),
    "quoted-printable-with-stray-equals": (
        "Totale = 12 €, a=b e https://panificio.example/?id=zz&x=1\nriga lunga continua",
        ("quoted-printable-broken",),
    ),
    "format-flowed-delsp": (
        "Una frase molto lunga che il programma ha spezzato.\n\n> citata anche lei.\nDa qui rientra.\n-- \nChiara",
        (),
    ),
    "forwarded-as-attachment-without-own-text": ("La gru è ferma da ieri.", ()),
    "calendar-invitation-without-text": (
        "Sopralluogo al server, piano terra · 2026-11-25 14:30–15:30 Europe/Rome · Via dei Forni 3",
        (),
    ),
    "uuencoded-file-in-the-text": ("Ecco il file:\n\n\n\nSaluti", ()),
    "empty-body": ("", ()),
    "signed-smime": ("Firmato da me, perché sì.", ()),
    "winmail-dat-with-two-files": ("In allegato l'elenco, perché serve.", ()),
    "winmail-dat-holding-the-body": ("Il testo è solo qui.", ()),
    "winmail-dat-damaged": ("Ecco.", ("tnef-broken",)),
    "pec-posta-certificata": ("Con la presente si comunica la disdetta.", ("pec-unwrapped",)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_parse_when_body_is_troubled_then_text_and_repairs_tell_all(name):
    parsed = mail(name)

    assert (parsed.text, parsed.repairs) == TEXTS[name]


SUBJECTS = {
    "subject-utf8-cut-inside-a-character": "Perché non funziona più",
    "subject-base64-cut-inside-a-group": "Perché non va?",
    "subject-folded-without-indent": "[Fornitori] Ordine urgente della farina di tipo zero",
    "from-8bit-raw": "Perché è così?",
    "charset-japanese-iso-2022-jp": "システム障害",
    "pec-posta-certificata": "Disdetta contratto",
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_parse_when_subject_is_troubled_then_it_is_one_readable_line(name):
    assert mail(name).subject == SUBJECTS[name]


SENDERS = {
    "from-missing": Address("", "scanner@ufficio.example"),
    "from-broken-bracket": None,
    "from-name-with-bare-comma": Address("Bellini, Chiara", "chiara.bellini@panificio.example"),
    "from-encoded-as-a-whole": Address("Niccolò Sarti", "n.sarti@officina.example"),
    "from-8bit-raw": Address("Niccolò Sarti", "n.sarti@officina.example"),
    "from-twice": Address("Primo", "primo@ufficio.example"),
    "charset-japanese-iso-2022-jp": Address("山田", "yamada@kaisha.example"),
    "pec-posta-certificata": Address("Studio Galli", "studio.galli@pec.example"),
    "empty-body": CHIARA,
}


@pytest.mark.parametrize("name", SENDERS)
def test_parse_when_from_is_troubled_then_sender_is_the_best_known(name):
    assert mail(name).sender == SENDERS[name]


# name of the mail → file name, content type, inline
FILES = {
    "outlook-inline-image-and-pdf": [
        ("image001.png", "image/png", True),
        ("fattura n. 12.pdf", "application/pdf", False),
    ],
    "apple-mail-html-around-a-pdf": [("modulo perché.pdf", "application/pdf", False)],
    "attachment-name-rfc2231-in-pieces": [("preventivo per la città di Fontechiara.pdf", "application/pdf", False)],
    "attachment-name-with-path-and-controls": [
        ("passwd", "application/octet-stream", False),
        ("fatturafdp.exe", "application/octet-stream", False),
        ("attachment-3.pdf", "application/pdf", False),
    ],
    "boundary-missing-parameter": [("ordine.pdf", "application/pdf", False)],
    "forwarded-as-attachment-without-own-text": [("La gru_ non parte.eml", "message/rfc822", False)],
    "calendar-invitation-without-text": [("attachment-1.ics", "text/calendar", False)],
    "uuencoded-file-in-the-text": [("note.txt", "application/octet-stream", False)],
    "only-an-attachment": [("bolla.pdf", "application/pdf", False)],
    "signed-smime": [("smime.p7s", "application/pkcs7-signature", False)],
    "winmail-dat-with-two-files": [("elenco perché.csv", "text/csv", False), ("foto.png", "image/png", False)],
    "winmail-dat-damaged": [("winmail.dat", "application/ms-tnef", False)],
    "pec-posta-certificata": [
        ("postacert.eml", "message/rfc822", False),
        ("daticert.xml", "application/xml", False),
        ("smime.p7s", "application/x-pkcs7-signature", False),
    ],
}


@pytest.mark.parametrize("name", FILES)
def test_parse_when_files_come_along_then_all_are_kept_under_safe_names(name):
    parsed = mail(name)

    assert [(file.file_name, file.content_type, file.inline) for file in parsed.attachments] == FILES[name]


def test_parse_when_file_is_encoded_then_content_is_the_original():
    (note,) = mail("uuencoded-file-in-the-text").attachments
    elenco, _ = mail("winmail-dat-with-two-files").attachments
    image, pdf = mail("outlook-inline-image-and-pdf").attachments

    assert note.content == b"ciao mondo\n"
    assert elenco.content == b"a;b\r\n1;2\r\n"
    assert (image.content[:4], image.content_id) == (b"\x89PNG", "image001.png@01DC5C6A.2B1F3E40")
    assert pdf.content.endswith(b"%%EOF\n")


def test_parse_when_message_is_carried_then_attachment_holds_its_bytes():
    (carried,) = mail("forwarded-as-attachment-without-own-text").attachments

    inner = parse(carried.content)

    assert (inner.sender, inner.message_id) == (Address("Ugo Ferri", "ugo@cantiere.example"), "gru@cantiere.example")


def test_parse_when_html_comes_with_text_then_both_are_kept_and_html_is_clean():
    parsed = mail("html-only")

    assert parsed.html == (
        '<p>La <a href="https://panificio.example/stampante" target="_blank" rel="noopener noreferrer nofollow">'
        "stampante</a> è ferma.</p><ul><li>spenta</li><li>riaccesa</li></ul>"
        '<blockquote type="cite">Provi a spegnerla.</blockquote>\n'
    )
    assert mail("apple-mail-html-around-a-pdf").html == "Prima<br>Dopo"
    assert mail("empty-body").html == ""


def test_parse_when_ids_are_encoded_or_bare_then_they_are_found():
    parsed = mail("references-encoded-and-without-brackets")

    assert parsed.in_reply_to == ("ticket-12.1@desk.example",)
    assert parsed.references == ("first@desk.example", "second@desk.example")


def test_parse_when_references_are_many_then_the_last_fifty_stay_in_order():
    ids = [f"{number}@desk.example" for number in range(80)]
    raw = b"References: " + " ".join(f"<{id}>" for id in ids).encode() + b"\n\n"

    assert parse(raw).references == tuple(ids[-50:])


def test_parse_when_certified_mail_answers_then_ids_of_envelope_and_letter_are_known():
    parsed = mail("pec-posta-certificata")

    assert parsed.in_reply_to == ("offerta@desk.example",)
    assert parsed.message_id == "opec21009.20261123110001.1.52@pec-gestore.example"


def test_parse_when_date_has_a_zone_then_it_is_utc():
    assert mail("empty-body").date == datetime(2026, 11, 23, 8, 12, 31, tzinfo=UTC)
    assert mail("date-nonsense").date is None


@pytest.mark.parametrize(
    "value", ["Mon, 99 Foo 2026 09:00", "Mon, 1 Jan 1111 00:00:00 +2300", "Fri, 31 Dec 9999 23:59:59 -1200", "1" * 5000]
)
def test_parse_when_date_is_impossible_then_there_is_none(value):
    parsed = parse(f"From: a@b.example\nDate: {value}\n\nciao".encode())

    assert (parsed.date, parsed.text, "date-broken" in parsed.repairs) == (None, "ciao", True)


def test_parse_when_delivered_by_aliases_then_all_addresses_are_folded():
    parsed = mail("spam-flag-yes")

    assert parsed.delivered_to == ("assistenza@desk.example", "info@desk.example")
    assert parsed.authentication == ("mx.desk.example; spf=fail smtp.mailfrom=premi.example; dkim=none",)
    assert parsed.spam == "X-Spam-Flag: YES"


def test_parse_when_message_id_is_missing_then_digest_tells_mails_apart():
    raw = (MAILBOX / "parse" / "message-id-missing.eml").read_bytes()

    parsed = parse(raw)

    assert (parsed.message_id, parsed.digest) == ("", hashlib.sha256(raw).hexdigest())


def test_parse_when_names_come_with_commas_and_groups_then_each_address_is_found():
    raw = (
        b'To: "Bianchi, Leo" <Leo@A.example>, =?utf-8?q?Zo=C3=AB=2C_capo?= <zoe@a.example>, plain@a.example (Carla),\n'
        b" Soci: uno@a.example, due@a.example;, <mailto:tre@a.example>\nCc: undisclosed-recipients:;\n\n"
    )

    parsed = parse(raw)

    assert parsed.to == (
        Address("Bianchi, Leo", "leo@a.example"),
        Address("Zoë, capo", "zoe@a.example"),
        Address("Carla", "plain@a.example"),
        Address("", "uno@a.example"),
        Address("", "due@a.example"),
        Address("", "tre@a.example"),
    )
    assert parsed.cc == ()


def test_parse_when_html_is_very_big_then_it_is_a_file_and_the_text_is_whole():
    raw = b"Content-Type: text/html\n\n<p>inizio</p>" + b"<p>riga</p>\n" * 170_000 + b"<p>fine</p>"

    parsed = parse(raw)

    assert (parsed.html, len(parsed.attachments)) == ("", 1)
    assert (parsed.text[:6], parsed.text[-4:], parsed.text.count("riga")) == ("inizio", "fine", 170_000)


def test_parse_when_parts_are_twenty_thousand_then_their_number_is_bounded():
    raw = b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nciao\n" * 20_000

    parsed = parse(raw)

    assert parsed.text.count("ciao") == MOST_PARTS - 1
    assert "parts-cut" in parsed.repairs


def test_parse_when_a_report_is_long_then_the_library_reads_its_start_alone():
    """Its detectors took two seconds for 100 KB of line ends."""
    raw = b"From: MAILER-DAEMON@mx.example\n\nnobody-knows-this@rossi.example\n" + b"\n" * 100_000
    started = time.process_time()

    parse(raw)

    assert time.process_time() - started < 0.5


def test_parse_when_nested_ever_deeper_then_depth_is_bounded():
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (i, i) for i in range(DEEPEST * 50))

    parsed = parse(levels + b"\nin fondo")

    assert "parts-cut" in parsed.repairs
    assert parsed.text.endswith("in fondo")


def test_parse_when_messages_are_nested_then_the_innermost_text_speaks():
    raw = b"Content-Type: message/rfc822\n\n" * 5 + b"Subject: x\n\nin fondo"

    assert parse(raw).text == "in fondo"


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: " + b"=?a?q?" * 150_000 + b"\n\nciao",
        b"From: " + b'"\\' * 300_000 + b"\n\nciao",
        b"From: " + b"(" * 500_000 + b"\n\nciao",
        b"From: " + b"<" * 500_000 + b"\n\nciao",
        b"X-A: b\n" * 100_000 + b"\nciao",
        b"From: b\n" + b"no field\nTo: c\n" * 50_000 + b"\nciao",
        b"Content-Type: text/plain" + b';a="\\' * 100_000 + b"\n\nciao",
        b"Content-Type: text/plain; format=flowed\n\nciao" + b" " + b"\n>" * 200_000,
        b"Content-Type: text/html\n\nciao" + b"<" * 500_000,
        b"Content-Type: text/html\n\nciao" + b"&" * 500_000,
        b"Content-Type: text/html\n\nciao" + b"<b>" * 100_000,
        b"Content-Type: multipart/mixed; boundary=x\n\nciao\n" + b"--x" * 200_000,
        b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\nciao " + b"a" * 500_000,
        b"Content-Type: multipart/report; boundary=x\n\nciao\n--x\nContent-Type: message/delivery-status\n\n"
        + b"Action failed\n" * 50_000,
    ],
    ids=lambda raw: repr(raw[:60]),
)
def test_parse_when_built_to_take_quadratic_time_then_it_ends_and_keeps_the_text(raw):
    # Quadratic code would take minutes here; the test run would not end.
    assert "ciao" in parse(raw).text


def test_parse_when_mail_has_25_megabytes_then_the_file_is_whole():
    content = random.Random(1).randbytes(18_000_000)
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: application/zip; name=a.zip\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content) + b"--x--\n"
    )

    (file,) = parse(raw).attachments

    assert hashlib.sha256(file.content).digest() == hashlib.sha256(content).digest()


# --- laws ------------------------------------------------------------------------------------------------------------

STRUCTURE = [
    b"Content-Type: multipart/alternative; boundary=b\n",
    b"Content-Type: text/html; charset=utf-7\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: text/calendar\n",
    b"Content-Type: application/ms-tnef\n",
    b"Content-Type: message/delivery-status\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%\n",
    b"From: MAILER-DAEMON\n",
    b"From: =?x?b?=?= <a@[\n",
    b"--b\n",
    b"--b--\n",
    b"\n",
    b"\r\n",
    b"\x78\x9f\x3e\x22\0\0\1\3\x90\6\0\4\0\0\0\xff\xff\xff\xff",
    b"BEGIN:VEVENT\nDTSTART:1\n",
    b"<a href=",
    b"Final-Recipient: rfc822;\n",
]


def check_laws(raw: bytes) -> None:
    parsed = parse(raw)
    texts = [parsed.subject, parsed.text, parsed.html, parsed.message_id, *parsed.references, *parsed.in_reply_to]
    people = [*([parsed.sender] if parsed.sender else []), *parsed.to, *parsed.cc, *parsed.reply_to]

    for text in [*texts, *(person.name for person in people)]:
        text.encode()
        assert "\0" not in text
    assert "\n" not in parsed.subject
    assert len(parsed.subject) <= 998
    assert "\r" not in parsed.text
    for person in people:
        assert "@" in person.address
        assert person.address == person.address.lower()
    for file in parsed.attachments:
        assert 0 < len(file.file_name) <= 200
        assert not set(file.file_name) & set("/\\\0\n\r")
        assert file.file_name not in (".", "..")


@given(st.binary(max_size=2000))
def test_parse_when_bytes_are_arbitrary_then_it_never_raises(raw):
    check_laws(raw)


@given(st.lists(st.one_of(st.sampled_from(STRUCTURE), st.binary(max_size=40)), max_size=30).map(b"".join))
def test_parse_when_pieces_of_mail_are_shuffled_then_it_never_raises(raw):
    check_laws(raw)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(MAILS), st.integers(min_value=0, max_value=2**32), st.integers(min_value=1, max_value=30))
def test_parse_when_real_mails_are_mutated_then_it_never_raises(path, seed, changes):
    chance = random.Random(seed)
    raw = bytearray(path.read_bytes())
    for _ in range(changes):
        at = chance.randrange(len(raw) + 1)
        raw[at : at + chance.choice((0, 1, 1, 5, 50))] = chance.choice(
            (b"", bytes([chance.randrange(256)]), chance.choice(STRUCTURE))
        )

    check_laws(bytes(raw))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: text.strip()))
def test_parse_when_text_is_utf8_then_not_a_character_is_lost(text):
    raw = b"Content-Type: text/plain; charset=utf-8\n\n" + ("| " + text + " |").encode()

    assert parse(raw).text == "| " + text + " |"


def test_parse_of_every_mail_in_the_mailbox_names_at_least_forty_troubles():
    assert len({path.stem for path in MAILS}) == len(MAILS) >= 40
