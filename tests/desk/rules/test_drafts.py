from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.drafts import ATTACHED, later, mentioned, own_words, word_of_attachment

NAMES = {1: "Anna Conti", 2: "Anna", 3: "Ben Archer", 4: "Anna Conti", 5: "Zoë d'Aquino"}
ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("In allegato trova il modulo.", "allegato"),
        ("Le ALLEGO la ricevuta", "ALLEGO"),
        ("Please find the invoice attached.", "attached"),
        ("See the attachment", "attachment"),
        ("Va bene così.", ""),
        ("Una riga\n> in allegato il mio modulo\nGrazie", ""),
        ("Mi sono affezionato, allegramente", ""),
        ("", ""),
    ],
)
def test_word_of_attachment_is_of_own_words_only(text, word):
    assert word_of_attachment(text) == word


@given(st.sampled_from(ATTACHED), st.text("abc \n"), st.text("xyz \n"))
def test_word_of_attachment_is_found_wherever_it_stands_alone(word, before, after):
    assert word_of_attachment(f"{before} {word} {after}") == word


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@Anna Conti guarda", (1, 4)),
        ("@Anna guarda", (2,)),
        ("Chiedi a @ben archer.", (3,)),
        ("(@Zoë d'Aquino)", (5,)),
        ("@Anna\xa0Conti, @Ben Archer", (1, 3, 4)),
        ("scrivi a anna@Anna.example", ()),
        ("@Annalisa", ()),
        ("> @Ben Archer disse", ()),
        ("nessuno", ()),
    ],
)
def test_mentioned_are_whole_names_the_longest_first(text, ids):
    assert mentioned(text, NAMES) == ids


@given(st.text(), st.dictionaries(st.integers(1, 5), st.text(max_size=12)))
def test_mentioned_never_raises_and_names_nobody_else(text, names):
    assert set(mentioned(text, names)) <= set(names)


@given(st.text())
def test_own_words_hold_no_quotation(text):
    assert not any(line.lstrip().startswith(">") for line in own_words(text).splitlines())


def test_later_is_to_come_and_in_order():
    friday = datetime(2026, 3, 6, 17, 20, 5, tzinfo=ROME)
    sunday = datetime(2026, 3, 8, 23, 30, tzinfo=ROME)

    assert [it.strftime("%a %H:%M") for it in later(friday)] == ["Fri 18:20", "Sat 09:00", "Mon 09:00"]
    assert [it.strftime("%a %H:%M") for it in later(sunday)] == ["Mon 00:30", "Mon 09:00"]
