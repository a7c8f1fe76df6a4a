"""The words of an article as a search looks for them."""

import pytest

from sportello.helpcenter import words


def test_weights_when_a_word_stands_in_the_title_says_more():
    found = words.weights("The printer", "A printer prints. A cable does not.", "en")

    assert found["en=printer"] > words.TITLE
    assert 0 < found["en=cabl"] < 1
    assert "the" not in found


def test_weights_when_a_word_comes_back_says_more_and_never_all():
    found = words.weights("", "printer " * 50 + "cable", "en")

    assert found["en=cabl"] < found["en=printer"] < 1


def test_weights_when_the_text_is_longer_a_word_says_less():
    short, long = (words.weights("", text, "en") for text in ("printer", "printer " + "other words " * 300))

    assert long["en=printer"] < short["en=printer"]


@pytest.mark.parametrize("text", ["dell'ordine", "l’ordine", "Ordine!", "ÒRDINE"])
def test_told_when_written_otherwise_is_the_same_word(text):
    assert words.told(text) == ["ordine"]


def test_told_when_a_word_has_no_end_is_cut_to_its_column():
    assert [len(word) for word in words.told("x" * 500)] == [61]
    assert max(map(len, words.weights("x" * 500, "", "it"))) <= 64


def test_rarity_when_more_have_a_word_is_less_and_never_negative():
    found = [words.rarity(10, having) for having in range(11)]

    assert found == sorted(found, reverse=True)
    assert found[-1] > 0


def test_stemmed_when_stems_of_two_languages_meet_tells_them_apart():
    assert words.stemmed("sala")["it"] == "it=sal"
    assert not set(words.weights("sale", "", "en")) & set(words.stemmed("sala").values())
