"""What customers and staff may read of the help center."""

import pytest

from sportello.desk.errors import Missing
from sportello.helpcenter import access
from sportello.helpcenter.access import Entry, Shelf
from sportello.helpcenter.actions import articles, sections


def test_is_open_when_nothing_is_published_is_not(write_article, anna):
    before = access.is_open()
    found = write_article({"en": ("Toner", "<p>Shake it.</p>")}, published=False)
    as_draft = access.is_open()
    articles.publish(found.pk, "en", actor=anna)
    published = access.is_open()
    articles.archive(found.pk, actor=anna)

    assert (before, as_draft, published, access.is_open()) == (False, False, True, False)


def test_shelves_when_a_language_is_missing_show_another(write_article, paper, anna):
    toner = write_article({"it": ("Il toner", "<p>Agitare.</p>")})
    write_article({"en": ("A draft", "<p>Soon.</p>")}, published=False)
    sections.add("Empty", actor=anna)

    found = access.shelves("en"), access.shelves("it")

    assert found == (
        [Shelf("Printers", [Entry(paper.pk, "The paper is stuck", "en"), Entry(toner.pk, "Il toner", "it")])],
        [Shelf("Stampanti", [Entry(paper.pk, "La carta è incastrata", "it"), Entry(toner.pk, "Il toner", "it")])],
    )


def test_shelves_stand_in_the_order_of_sections_and_articles(write_article, help_section, anna):
    a, b = (write_article({"en": (title, "<p>x</p>")}) for title in "ab")
    other = sections.add("Other", actor=anna)
    write_article({"en": ("c", "<p>x</p>")}, into=other)
    articles.order(help_section.pk, [b.pk, a.pk], actor=anna)
    sections.order([other.pk, help_section.pk], actor=anna)

    assert [(it.title, [one.title for one in it.articles]) for it in access.shelves("en")] == [
        ("Other", ["c"]),
        ("Printers", ["b", "a"]),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_shelves_ask_one_question(write_article, anna, django_assert_num_queries, count):
    for number in range(count):
        into = sections.add(f"Section {number}", actor=anna)
        write_article({"en": (f"Article {number}", "<p>x</p>"), "it": (f"Articolo {number}", "<p>x</p>")}, into=into)

    with django_assert_num_queries(1):
        assert len(access.shelves("en")) == count


def test_get_article_when_the_language_is_missing_shows_another(paper, anna):
    articles.unpublish(paper.pk, "en", actor=anna)

    found = access.get_article(paper.pk, "en")

    assert (found.title, found.language, found.section) == ("La carta è incastrata", "it", "Printers")


def test_get_article_when_customers_may_not_read_it_is_missing(paper, write_article, anna):
    draft = write_article({"en": ("A draft", "<p>Soon.</p>")}, published=False)
    articles.archive(paper.pk, actor=anna)

    for pk in (draft.pk, paper.pk, 98765):
        with pytest.raises(Missing):
            access.get_article(pk, "en")


@pytest.mark.parametrize("name", ["rita", "sam"])
def test_staff_rows_when_asked_by_a_customer_are_missing(paper, help_section, request, name):
    person = request.getfixturevalue(name)

    for ask in (
        lambda: access.articles(person),
        lambda: access.sections(person),
        lambda: access.get_draft(person, paper.pk),
        lambda: access.get_section(person, help_section.pk),
        lambda: access.changes(person, paper.pk),
    ):
        with pytest.raises(Missing):
            ask()


def test_staff_rows_when_the_role_does_not_let_write_are_read_only(paper, help_section, ben, role_of):
    reader = role_of(ben, "edit")

    assert access.get_draft(reader, paper.pk) == paper
    for ask in (
        lambda: access.get_draft(reader, paper.pk, to="edit"),
        lambda: access.get_section(reader, help_section.pk, to="edit"),
        lambda: access.changes(reader, paper.pk),
    ):
        with pytest.raises(Missing):
            ask()
    assert access.get_draft(role_of(ben, "articles"), paper.pk, to="edit") == paper
