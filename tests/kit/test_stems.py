"""Words as searches compare them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit import stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lento", "lenti"),
        ("computer", "computers"),
        ("stampante", "stampanti"),
        ("città", "CITTA"),
        ("prenotazione", "prenotazioni"),
        ("invoice", "invoices"),
        ("printed", "printing"),
    ],
)
def test_forms_of_a_word_share_a_stem(one, other):
    first, second = (set(stems.stems(next(stems.words(it)))) for it in (one, other))

    assert first & second


def test_words_of_a_text_in_order():
    assert list(stems.words("L’ordine n°5, perché: a@b.example_x")) == [
        *("l", "ordine", "n", "5", "perche", "a", "b", "example", "x"),
    ]


@given(st.text())
def test_fold_keeps_every_place(text):
    composed = stems.composed(text)

    assert len(stems.fold(composed)) == len(composed)
    assert all(stems.stems(word) for word in stems.words(text))


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=20))
def test_words_are_the_same_in_capitals_where_letters_have_one(text):
    plain = text.lower()

    assert list(stems.words(plain)) == list(stems.words(stems.fold(stems.composed(plain))))
