"""Articles that fit what somebody writes, on both databases the same."""

import pytest

from sportello.helpcenter import search
from sportello.helpcenter.actions import articles

TEXTS = {
    "paper": ("The paper is stuck in the printer", "<p>Open the front cover and pull the paper out slowly.</p>"),
    "toner": ("Change the toner of the printer", "<p>Open the cover, take the old toner out, shake the new one.</p>"),
    "password": ("I have forgotten my password", "<p>Press the link below the field; a mail brings a new one.</p>"),
    "vpn": ("Work from home through the VPN", "<p>Start the program, choose the office, write your password.</p>"),
    "invoice": ("Where are my invoices?", "<p>Under Accounts each invoice can be downloaded as a file.</p>"),
}


@pytest.fixture
def shelf(write_article):
    return {name: write_article({"en": texts}).pk for name, texts in TEXTS.items()}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("printer", ["paper", "toner"]),
        ("printers toner", ["toner"]),
        ("forgot password", ["password"]),
        ("my paper got stuck in that printer again", ["paper"]),
        ("invoi", ["invoice"]),
        ("choose an office", ["vpn"]),
        ("reset my password please", ["password"]),
        ("the cover of my sofa", []),
        ("INVOICES!", ["invoice"]),
        ("the", []),
        ("", []),
        ("\x00", []),
        ("zebra", []),
        ("hello, can you please open the door of the second floor for the plumber tomorrow", []),
    ],
)
def test_find_when_asked_finds_what_fits_best_first(shelf, asked, names):
    named = {pk: name for name, pk in shelf.items()}

    found = search.find(asked, "en", 3)

    assert [named[it.article_id] for it in found] == names


def test_find_when_found_tells_the_passage_around_the_first_hit(shelf):
    (found,) = search.find("forgotten password", "en", 3)

    assert (found.article_id, found.title, found.language) == (shelf["password"], TEXTS["password"][0], "en")
    assert found.passage == "Press the link below the field; a mail brings a new one."
    assert found.html == TEXTS["password"][1]


def test_find_when_written_in_both_languages_gives_the_readers(paper):
    italian = search.find("carta incastrata", "it", 3)
    english = search.find("carta incastrata", "en", 3)
    neither = search.find("stuck paper", "de", 3)

    assert [(it.article_id, it.language) for it in (*italian, *english, *neither)] == [
        (paper.pk, "it"),
        (paper.pk, "en"),
        (paper.pk, "en"),
    ]


def test_find_when_it_is_a_draft_or_archived_finds_nothing(paper, anna):
    def count():
        return len(search.find("stuck paper", "en", 3))

    at_first = count()
    articles.unpublish(paper.pk, "en", actor=anna)
    as_draft = count()
    articles.publish(paper.pk, "en", actor=anna)
    articles.archive(paper.pk, actor=anna)
    archived = count()
    articles.restore(paper.pk, actor=anna)

    assert (at_first, as_draft, archived, count()) == (1, 0, 0, 1)


def test_find_when_rewritten_knows_the_new_words_only(paper, anna):
    articles.write(paper.pk, "en", "Clean the scanner", "<p>With a soft cloth.</p>", actor=anna)

    assert [it.title for it in search.find("scanner cloth", "en", 3)] == ["Clean the scanner"]
    assert search.find("stuck", "en", 3) == []


def test_find_when_the_text_is_long_says_at_most_200_characters(write_article):
    long = "".join(f"<p>Line {number} says nothing of it.</p>" for number in range(200))
    write_article({"en": ("Lines", f"{long}<p>Here a zebra stands alone.</p>{long}")})

    (found,) = search.find("zebra", "en", 3)

    assert "zebra" in found.passage
    assert len(found.passage) <= 200


@pytest.mark.parametrize("count", [1, 3])
def test_find_asks_two_questions(write_article, django_assert_num_queries, count):
    for number in range(count):
        write_article({"en": (f"Printer {number}", "<p>Paper.</p>"), "it": (f"Stampante {number}", "<p>Carta.</p>")})

    with django_assert_num_queries(2):
        found = search.find("printer paper", "en", 5)

    assert len(found) == count
