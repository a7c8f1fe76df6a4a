import base64
import unicodedata
from pathlib import Path

import pytest
import tnefparse
from hypothesis import given
from hypothesis import strategies as st

from sportello.channels.email.attachments import calendar_line, read_tnef, safe_file_name

MAILBOX = Path(__file__).parents[2] / "mailbox" / "parse"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("fattura.pdf", "fattura.pdf"),
        ("C:\\Documenti\\fattura.pdf", "fattura.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\t c.txt", "ab c.txt"),
        ("fattura\u202efdp.exe", "fatturafdp.exe"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("..", "attachment-7.pdf"),
        ("", "attachment-7.pdf"),
        (".profile", "profile"),
        ("con.txt", "_con.txt"),
        ("perche\u0301.txt", "perché.txt"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
        ("漢" * 300 + ".pdf", "漢" * 78 + ".pdf"),
    ],
)
def test_safe_file_name_when_name_is_troubled_is_harmless(name, safe):
    assert safe_file_name(name, "application/pdf", 7) == safe


@given(st.text())
def test_safe_file_name_of_anything_can_be_saved(name):
    safe = safe_file_name(name, "", 1)

    assert 0 < len(safe) <= 200
    assert len(safe.encode()) <= 240
    assert not set(safe) & set('/\\:*?"<>|')
    assert not {unicodedata.category(char) for char in safe} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert safe_file_name(safe, "", 1) == safe


def winmail(name: str) -> bytes:
    raw = (MAILBOX / f"{name}.eml").read_bytes()
    encoded = raw.partition(b"winmail.dat")[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
    return base64.b64decode(encoded)


def test_read_tnef_agrees_with_an_independent_reader():
    data = winmail("winmail-dat-with-two-files")

    ours, theirs = read_tnef(data), tnefparse.TNEF(data)

    assert ours is not None
    assert [file[3] for file in ours.files] == [file.data for file in theirs.attachments]
    assert ours.files[0][0] == theirs.attachments[0].long_filename().rstrip("\0") == "elenco perché.csv"


def test_read_tnef_when_body_is_html_decodes_it():
    tnef = read_tnef(winmail("winmail-dat-holding-the-body"))

    assert tnef is not None
    assert tnef.html == "<html><body><p>Il testo è solo qui.</p></body></html>"


def test_read_tnef_when_stream_is_something_else_is_none():
    assert read_tnef(b"PK\3\4 not one") is None
    assert read_tnef(b"") is None


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=250))
def test_read_tnef_when_damaged_never_raises(junk, at):
    data = winmail("winmail-dat-with-two-files")

    found = read_tnef(data[:6] + data[6 : 6 + at] + junk + data[6 + at :])

    assert found is not None


def test_calendar_line_when_event_lasts_a_day_names_the_day():
    text = "BEGIN:VCALENDAR\nMETHOD:PUBLISH\nBEGIN:VEVENT\nSUMMARY:Chiusura\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n"

    assert calendar_line(text) == ("publish", "Chiusura · 2026-12-25")
    assert calendar_line("nulla") == ("", "")
