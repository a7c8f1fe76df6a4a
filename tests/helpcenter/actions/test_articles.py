"""What is done with articles, and what of it stays in their history."""

import pytest

from sportello.desk.errors import Invalid, Missing, Refused, Stale
from sportello.desk.models import RuleChange
from sportello.helpcenter.actions import articles, sections
from sportello.helpcenter.models import Article, Translation, Word


def logged():
    return RuleChange.objects.filter(kind="article").count()


def text_of(article, language="en"):
    return Translation.objects.get(article=article, language=language)


@pytest.mark.parametrize(
    ("html", "kept", "text"),
    [
        ("<p>One</p><p>Two</p>", "<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<b>Bold</b>\x00", "<b>Bold</b>", "Bold"),
        ("<script>alert(1)</script>", "", ""),
        ('<a href="javascript:x()">x</a>', '<a target="_blank" rel="noopener noreferrer nofollow">x</a>', "x"),
        ('<p onclick="x()" style="color:red">x</p>', "<p>x</p>", "x"),
        ('<img src="https://spy.example/pixel.gif">', "", ""),
        ("<p> </p>", "", ""),
        ("", "", ""),
    ],
)
def test_add_when_html_is_hostile_or_empty_keeps_what_is_safe(help_section, anna, html, kept, text):
    found = articles.add(help_section.pk, "en", "Title", html, actor=anna)

    assert (text_of(found).html, text_of(found).text) == (kept, text)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " \x00 "}, "title"),
        ({"title": "x" * 151}, "title"),
        ({"html": "x" * 100_001}, "html"),
        ({"language": "de"}, "language"),
        ({"language": ""}, "language"),
        ({"section_id": 98765}, "section"),
    ],
)
def test_add_when_something_is_wrong_is_refused_by_its_field(help_section, anna, wrong, field):
    asked = {"section_id": help_section.pk, "language": "en", "title": "Title", "html": "<p>x</p>"} | wrong

    with pytest.raises(Invalid) as refusal:
        articles.add(**asked, actor=anna)

    assert list(refusal.value.fields) == [field]
    assert not Article.objects.exists()


def test_write_when_nothing_changes_leaves_no_change(paper, anna):
    row, before = text_of(paper), logged()

    articles.write(paper.pk, "en", row.title, row.html, actor=anna)

    assert (text_of(paper).updated_at, logged()) == (row.updated_at, before)


def test_write_when_another_version_was_seen_is_stale(paper, anna, ada, frozen_clock):
    seen = articles.version(text_of(paper))
    frozen_clock.shift(1)
    articles.write(paper.pk, "en", "Ada's", "<p>x</p>", actor=ada, seen=seen)

    with pytest.raises(Stale):
        articles.write(paper.pk, "en", "Anna's", "<p>x</p>", actor=anna, seen=seen)

    assert (text_of(paper).title, text_of(paper).author) == ("Ada's", ada)


def test_publish_and_back_are_idempotent_and_keep_the_words(write_article, anna):
    found = write_article({"en": ("Toner", "<p>Shake it.</p>")}, published=False)
    before = logged()

    for verb in (articles.publish, articles.publish):
        verb(found.pk, "en", actor=anna)
    words = set(Word.objects.values_list("stem", flat=True))
    for verb in (articles.unpublish, articles.unpublish):
        verb(found.pk, "en", actor=anna)

    assert words == {"toner", "en=toner", "shake", "en=shake"}
    assert not Word.objects.exists()
    assert logged() == before + 2


def test_publish_when_it_cannot_be_is_refused(write_article, paper, anna):
    empty = write_article({"en": ("Empty", "")}, published=False)
    articles.unpublish(paper.pk, "en", actor=anna)
    articles.archive(paper.pk, actor=anna)

    for pk, language in ((empty.pk, "en"), (empty.pk, "it"), (paper.pk, "en")):
        with pytest.raises(Refused):
            articles.publish(pk, language, actor=anna)


def test_archive_and_restore_are_idempotent_and_leave_languages_as_they_were(paper, anna):
    articles.unpublish(paper.pk, "it", actor=anna)
    before = logged()

    articles.archive(paper.pk, actor=anna)
    articles.archive(paper.pk, actor=anna)
    words = Word.objects.count()
    articles.restore(paper.pk, actor=anna)
    articles.restore(paper.pk, actor=anna)

    assert words == 0
    assert set(Word.objects.values_list("translation__language", flat=True)) == {"en"}
    assert logged() == before + 2


def test_write_when_archived_is_not_found_by_searches(paper, anna):
    articles.archive(paper.pk, actor=anna)

    articles.write(paper.pk, "en", "Written in the attic", "<p>x</p>", actor=anna)

    assert not Word.objects.exists()


def test_move_when_into_another_section_stands_last_there(write_article, paper, anna):
    other = sections.add("Other", actor=anna)
    there = write_article({"en": ("a", "<p>x</p>")}, into=other)
    before = logged()

    articles.move(paper.pk, other.pk, actor=anna)
    articles.move(paper.pk, other.pk, actor=anna)

    assert list(Article.objects.filter(section=other)) == [there, paper]
    assert logged() == before + 1


@pytest.mark.parametrize(
    "verb",
    [
        lambda actor: articles.write(98765, "en", "x", "", actor=actor),
        lambda actor: articles.publish(98765, "en", actor=actor),
        lambda actor: articles.unpublish(98765, "en", actor=actor),
        lambda actor: articles.archive(98765, actor=actor),
        lambda actor: articles.restore(98765, actor=actor),
        lambda actor: articles.move(98765, 1, actor=actor),
    ],
)
def test_verbs_when_the_article_is_not_there_are_missing(anna, verb):
    with pytest.raises(Missing):
        verb(anna)
