"""The passage under a result: where most of the words stand together, marked by their stems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.search_passages import LENGTH, marked, passage, wanted
from sportello.desk.rules.search_terms import words
from sportello.kit import stems

TEXT = (
    "Il primo computer va bene.\n"
    + "Altro ancora. " * 30
    + "Il computer in magazzino è lentissimo, anzi lento, da lunedì."
)


def sought(*said, **more):
    return wanted((words(it, **more),) for it in said)


def shown(pieces):
    return "".join(f"[{it.text}]" if it.marked else it.text for it in pieces)


def test_passage_is_where_most_of_the_words_stand_together():
    found = shown(passage(["Niente.", TEXT], sought("computers", "lenti")))

    assert found.startswith("… ")
    assert found.endswith("Il [computer] in magazzino è lentissimo, anzi [lento], da lunedì.")


def test_passage_of_a_text_without_the_words_is_nothing():
    assert passage([TEXT], sought("stampante")) == []


def test_passage_begins_with_its_line_when_that_is_near():
    assert shown(passage(["Uno.\nLa stampante"], sought("stampanti"))) == "… La [stampante]"


@pytest.mark.parametrize(
    ("asked", "more", "found"),
    [
        ("città", {}, "La [citta] è [CITTÀ]"),
        ("la citta", {"exact": True}, "[La] [citta] è [CITTÀ]"),
        ("cit", {"prefix": True}, "La [citta] è [CITTÀ]"),
        ("citta", {"negated": True}, "La citta è CITTÀ"),
    ],
)
def test_marks_follow_stems_beginnings_and_phrases(asked, more, found):
    assert shown(marked("La citta è CITTÀ", sought(asked, **more))) == found


@given(text=st.text(max_size=600), word=st.text(alphabet="abcdefgò", min_size=1, max_size=6))
def test_pieces_are_the_text_and_a_passage_is_short(text, word):
    asked = sought(word)

    assert "".join(it.text for it in marked(text, asked)) == stems.composed(text)
    assert sum(len(it.text) for it in passage([text, f"{text} {word}"], asked)) <= LENGTH + len("… …") + 1
