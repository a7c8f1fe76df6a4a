"""The same corpus on both databases: words by their stems, phrases as they are written, the last word begun."""

from dataclasses import replace

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sportello.desk.rules.search_terms import TICKET, words
from sportello.desk.search import index
from sportello.desk.search.index import Document
from sportello.kit import stems

pytestmark = pytest.mark.django_db

CORPUS = {
    1: Document(1, head=("Computer lento",), body=("Il mio computer è molto lento da lunedì.",)),
    2: Document(2, head=("Due PC",), body=("I computer del primo piano sono lenti.", "Anche le stampanti.")),
    3: Document(3, head=("La stampante",), body=("Non stampa più nulla.",), about=("Rita Rossi", "rita@rossi.example")),
    4: Document(
        4, head=("Invoices",), body=("Please send the invoice again; printing fails.",), about=("vip", "fattura.pdf")
    ),
    5: Document(5, head=("Città e perché",), body=("Prenotazioni della città: ABC-123/7.",)),
}


@pytest.fixture
def corpus(db):
    index.put(TICKET, CORPUS.values())


def found(*said, **more):
    return index.find(TICKET, tuple((words(it, **more),) for it in said), 100)


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        (("computer", "lento"), [2, 1]),
        (("computers", "lenti"), [2, 1]),
        (("stampanti",), [3, 2]),
        (("CITTA",), [5]),
        (("citta'",), [5]),
        (("prenotazione",), [5]),
        (("invoices",), [4]),
        (("printed",), [4]),
        (("l'invoice",), [4]),
        (("rossi",), [3]),
        (("rita@rossi.example",), [3]),
        (("ABC-123/7",), [5]),
        (("fattura.pdf",), [4]),
        (("computer", "vip"), []),
    ],
)
def test_find_words_in_any_form_gives_the_documents_newest_first(corpus, said, keys):
    assert found(*said) == keys


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("sono lenti", [2]),
        ("molto lento", [1]),
        ("molto lenti", []),
        ("lento", [1]),
        ("lento il", []),  # The subject and the message are two texts.
        ("lenti anche", []),  # So are two messages.
        ("rita rossi", [3]),
    ],
)
def test_find_phrase_is_exact_and_stays_within_a_text(corpus, said, keys):
    assert found(said, exact=True) == keys


@pytest.mark.parametrize(
    ("said", "keys"), [("stamp", [3, 2]), ("prenot", [5]), ("invo", [4]), ("st", []), ("lun*", [1])]
)
@pytest.mark.parametrize("most", [1, 200])
def test_find_word_that_is_begun(corpus, said, keys, most, monkeypatch):
    monkeypatch.setattr(index, "MOST_BEGUN", most)
    asked = ((words(said, prefix=True),),)

    assert index.find(TICKET, asked, 100) == keys
    assert index.find(TICKET, index.spelled_out(TICKET, asked), 100) == keys


@pytest.mark.parametrize(("said", "keys"), [("anche le stamp", [2]), ("le stampante", []), ("le sta", [2])])
def test_find_phrase_whose_last_word_is_begun(corpus, said, keys):
    asked = ((words(said, exact=True, prefix=True),),)

    assert index.find(TICKET, asked, 100) == keys
    assert index.find(TICKET, index.spelled_out(TICKET, asked), 100) == keys


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL walks through a begun word as it is")
def test_begun_word_is_asked_as_the_words_that_begin_so_unless_they_are_many(corpus, monkeypatch):
    begun = words("stamp", exact=True, prefix=True)
    some = tuple(replace(begun, words=(it,), prefix=False) for it in ("stampa", "stampante", "stampanti"))

    assert index.spelled_out(TICKET, ((begun,),)) == (some,)
    assert index.spelled_out(TICKET, ((replace(begun, negated=True),),)) == ((replace(begun, negated=True),),)
    monkeypatch.setattr(index, "MOST_BEGUN", 2)
    assert index.spelled_out(TICKET, ((begun,),)) == ((begun,),)


def test_find_in_a_part_looks_only_there(corpus):
    assert found("computer", parts="A") == [1]
    assert found("stampante", parts="B") == [2]
    assert found("computer", parts="AB") == [2, 1]
    assert found("comp", prefix=True, parts="A") == [1]


def test_find_denied_words_leaves_their_documents_out(corpus):
    groups = ((words("computer"),), (words("lunedì", negated=True),))

    assert index.find(TICKET, groups, 100) == [2]


def test_among_denied_words_alone_gives_the_others(corpus):
    groups = ((words("computer", negated=True),), (words("città", negated=True),))

    assert index.among(TICKET, groups, [1, 2, 3, 4, 5]) == {3, 4}


def test_find_any_of_several_words(corpus):
    groups = ((words("città"), words("invoice")),)

    assert index.find(TICKET, groups, 100) == [5, 4]


def test_find_goes_on_after_a_key_in_both_directions(corpus):
    groups = ((words("computer"), words("città"), words("stampante")),)

    assert index.find(TICKET, groups, 2) == [5, 3]
    assert index.find(TICKET, groups, 2, beyond=3) == [2, 1]
    assert index.find(TICKET, groups, 2, beyond=1, descending=False) == [2, 3]


def test_put_again_replaces_and_drop_forgets(corpus):
    index.put(TICKET, [Document(1, head=("Tastiera",))])
    index.drop(TICKET, [2])

    assert found("computer") == []
    assert found("tastiera") == [1]


def test_words_beyond_the_places_of_a_document_are_found_by_themselves(db):
    long = " ".join(f"parola{number}" for number in range(index.MOST_PLACES + 50))
    index.put(TICKET, [Document(1, body=(long,))])

    last = index.MOST_PLACES + 49
    assert found(f"parola{last}") == [1]
    assert found(f"parola{last - 1} parola{last}", exact=True) == []
    assert found("parola8 parola9", exact=True) == [1]


def test_enormous_document_is_written_up_to_the_limit(db):
    huge = " ".join(f"{number:x}" * 9 for number in range(100_000))
    index.put(TICKET, [Document(1, head=("breve",), body=(huge, "x" * 1_000_000))])

    assert found("breve") == [1]


class Laws(TestCase):
    """Whatever is written and asked: nothing fails, and a document is found by each of its own words."""

    @given(text=st.text(max_size=80), asked=st.text(max_size=20))
    def test_every_text_can_be_written_and_asked(self, text, asked):
        index.put(TICKET, [Document(1, body=(text,))])

        for word in stems.words(text):
            assert index.find(TICKET, ((words(word),),), 10) == [1]
        for exact in (False, True):
            if said := words(asked, exact=exact, prefix=True):
                index.find(TICKET, ((said,),), 10)
                index.among(TICKET, ((words(asked, negated=True),),), [1])
        if said := words(text, exact=True):
            assert index.find(TICKET, ((said,),), 10) == [1]
