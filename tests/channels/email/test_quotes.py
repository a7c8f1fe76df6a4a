"""Bodies in the manner of real mail programs: tests/mailbox/quotes. A line "@@ kind" says what those below it are."""

import re
import time
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.channels.email.quotes import Split, split_html, split_text
from sportello.kit.html import clean

FOLDER = Path(__file__).parents[2] / "mailbox" / "quotes"
MARK = re.compile(r"^@@ (new|quoted|signature)$")


def read_marked(path: Path) -> tuple[str, dict[str, list[str]]]:
    body: list[str] = []
    expected: dict[str, list[str]] = {"new": [], "quoted": [], "signature": []}
    kind = "new"
    for line in path.read_text(encoding="utf-8").split("\n"):
        if mark := MARK.match(line):
            kind = mark.group(1)
        else:
            body.append(line)
            expected[kind].append(line)
    return "\n".join(body), expected


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def parts(split: Split) -> tuple[str, str, str]:
    return split.new, split.quoted, split.signature


def words_of(html: str) -> list[str]:
    return unescape(re.sub(r"<[^>]*>", " ", html)).split()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_split_text_of_a_client_is_as_marked(path):
    text, expected = read_marked(path)

    split = split_text(text)

    assert {kind: lines_of(getattr(split, kind)) for kind in expected} == {
        kind: lines_of("\n".join(lines)) for kind, lines in expected.items()
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.stem)
def test_split_html_of_a_client_is_as_marked(path):
    html, expected = read_marked(path)

    split = split_html(html)

    assert {kind: words_of(getattr(split, kind)) for kind in expected} == {
        kind: words_of("\n".join(lines)) for kind, lines in expected.items()
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.stem)
def test_split_html_of_a_client_once_cleaned_is_as_marked(path):
    html, expected = read_marked(path)

    split = split_html(clean(html))

    assert {kind: words_of(getattr(split, kind)) for kind in expected} == {
        kind: words_of("\n".join(lines)) for kind, lines in expected.items()
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_split_text_when_lines_end_in_crlf_is_the_same(path):
    text, _ = read_marked(path)

    split = split_text(text.replace("\n", "\r\n"))

    assert [lines_of(part) for part in parts(split)] == [lines_of(part) for part in parts(split_text(text))]


LINES = """
ciao|> ciao|>> ok|-- |Grazie|Inviato da iPhone|Da: Anna <a@rossi.example>|Inviato: venerdì 20 novembre 2026|A: Paolo
Oggetto: R: prova|Il giorno ven 20 nov 2026 alle ore 10:21 Anna <a@rossi.example> ha scritto:|Il giorno|ha scritto:
On Mon, Jan 5, 2026, Ben wrote:|-----Messaggio originale-----|-------- Messaggio Inoltrato --------|Cordiali saluti
________________________________|Tel. 055 5550101|P.S. a domani|rispondo sotto|testo\x0ccon salto|fine\u2028riga|\xa0
"""
WORDS = st.sampled_from(["", *(line for row in LINES.strip().split("\n") for line in row.split("|"))])


@given(st.lists(WORDS | st.text(max_size=30), max_size=25), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=400, deadline=None)
def test_split_text_of_any_lines_loses_and_doubles_none(lines, newline):
    text = newline.join(lines)

    split = split_text(text)

    assert sum((Counter(lines_of(part)) for part in parts(split)), Counter()) == Counter(lines_of(text))


@given(st.lists(WORDS | st.text(max_size=30), max_size=25))
@settings(max_examples=200, deadline=None)
def test_split_text_of_any_lines_leaves_something_new_or_a_quotation(lines):
    text = "\n".join(lines)

    split = split_text(text)

    assert split.new.strip() or split.quoted.strip() or not text.strip()


ELEMENTS = """
div|p|b|blockquote|blockquote type="cite"|div class="gmail_quote"|div class="gmail_attr"|div class="gmail_signature"|pre
div id="divRplyFwdMsg"|div class="yahoo_quoted"|div class="moz-cite-prefix"|table|ul
"""
LEAVES = """
<br>|<hr>|&lt;ciao&gt; &amp; |Grazie |&gt; citato<br>|Da: Anna &lt;a@rossi.example&gt;<br>|Inviato: ieri<br>|-- <br>
Oggetto: x<br>|Il 20/11/2026 10:21, Anna ha scritto:<br>|riga\x0briga |<img src="cid:1" alt="a &lt; b">
"""


def elements(children):
    names = st.sampled_from([name for row in ELEMENTS.strip().split("\n") for name in row.split("|")])
    return st.tuples(names, st.lists(children, max_size=4)).map(
        lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0].split()[0]}>"
    )


HTML = st.recursive(
    st.sampled_from([leaf for row in LEAVES.strip().split("\n") for leaf in row.split("|")]), elements, max_leaves=25
)


@given(HTML)
@settings(max_examples=400, deadline=None)
def test_split_html_of_any_elements_loses_and_doubles_no_word(html):
    split = split_html(html)

    assert sum((Counter(words_of(part)) for part in parts(split)), Counter()) == Counter(words_of(html))


@given(HTML)
@settings(max_examples=200, deadline=None)
def test_split_html_of_any_elements_gives_balanced_parts(html):
    for part in parts(split_html(html)):
        open_elements = []
        for slash, name in re.findall(r"<(/?)([a-z]+)", part):
            if name in ("br", "hr", "img"):
                continue
            if slash:
                assert open_elements.pop() == name
            else:
                open_elements.append(name)
        assert open_elements == []


@given(st.text(alphabet='<>/"=& \nabdivblockquote'))
@settings(max_examples=200, deadline=None)
def test_split_html_of_broken_html_never_raises_and_keeps_letters(html):
    split = split_html(html)

    assert len("".join(parts(split))) >= len(html.strip("\r\n")) - 2


HOSTILE_TEXT = {
    "il-giorno-in-one-line": "Il giorno " * 3000,
    "on-in-one-line": "On " * 3000,
    "quote-signs-in-one-line": ">" * 5_000_000,
    "lines": "riga di testo qualsiasi\n" * 200_000,
    "quoted-lines-with-colons": "> riga:\n" * 200_000,
    "attributions": "Il 20/11/2026 10:21 Anna ha scritto:\n" * 200_000,
    "halves-of-attributions": "Il giorno\nha scritto:\n\n" * 60_000,
    "labels": "Da: a\n" * 200_000,
    "delimiters": "-- \n" * 200_000,
    "closings": "Saluti\n" * 200_000,
    "postscripts": "PS a\n-- \n" * 100_000,
    "answers-and-quotes": "> domanda\nrisposta\n" * 100_000,
    "notices": "questo messaggio riservato al destinatario\n" * 100_000,
    "blanks": "x:" + "\n" * 1_000_000,
    "dates": "Am " + "1.1.2026 " * 60 + "schrieb:\n> x",
}
HOSTILE_HTML = {
    "nested-blockquotes": "<blockquote>" * 10_000 + "x" + "</blockquote>" * 10_000,
    "nested-citations-with-answers": "".join('<blockquote type="cite">a<br>' for _ in range(10_000))
    + "b</blockquote>" * 10_000,
    "unclosed-tags": '<a "' * 300_000,
    "unclosed-elements": '<div class="gmail_quote">x' * 30_000,
    "breaks": "x<br>" * 500_000,
    "il-giorno-in-one-line": "Il giorno " * 3000,
    "quote-signs": "&gt;" * 1_000_000,
    "spans": "<b>x</b>" * 300_000,
    "pre": "<pre>" + "&gt; x\n" * 200_000 + "</pre>",
    "signatures": '<div class="gmail_signature">x</div>y' * 30_000,
    "attributions": "<p>On 1/1/2026 10:20 a@rossi.example wrote:</p>" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE_TEXT)
def test_split_text_when_hostile_is_done_within_a_second(name):
    begun = time.process_time()

    split_text(HOSTILE_TEXT[name])

    assert time.process_time() - begun < 1


@pytest.mark.parametrize("name", HOSTILE_HTML)
def test_split_html_when_hostile_is_done_within_a_second(name):
    begun = time.process_time()

    split_html(HOSTILE_HTML[name])

    assert time.process_time() - begun < 1


def test_split_html_when_cleaned_text_has_no_line_is_all_new():
    assert split_html("<div><br></div>") == Split("<div><br></div>", "", "")
