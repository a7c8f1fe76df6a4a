"""Where articles are kept and written: who may, what is lost to nobody, what customers find and what not."""

import re

import pytest

from sportello.desk.models import RuleChange
from sportello.helpcenter import access
from sportello.helpcenter.actions import articles, readings, sections
from sportello.helpcenter.models import Article, Section, Translation
from sportello.kit import clock

pytestmark = pytest.mark.django_db

LIST = 8  # queries
HOSTILE = (
    '<p>Press <b>F5</b>.<script>alert(1)</script><img src=x onerror="alert(1)"><a href="javascript:alert(1)">x</a></p>'
)


def form(**more):
    return {"title": "How to print", "text": "Press print."} | more


def path(article, more=""):
    return f"/articles/{article.pk}{more}"


def seen(article, language="en"):
    return articles.version(Translation.objects.filter(article=article, language=language).first())


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rita", "sam"])
def test_pages_when_asked_by_a_customer_are_not_there(enter, paper, request, name):
    client = enter(request.getfixturevalue(name))

    pages = ["/articles", "/articles/new", "/articles/sections", path(paper), path(paper, "/preview")]

    assert [client.get(it).status_code for it in pages] == [404] * 5


def test_pages_when_asked_by_an_agent_open(enter, paper, anna):
    client = enter(anna)

    pages = ["/articles", "/articles/new", "/articles/sections", path(paper), path(paper, "/preview")]

    assert [client.get(it).status_code for it in pages] == [200] * 5


def test_pages_when_his_role_does_not_let_him_write_are_read(enter, write_article, anna, role_of):
    draft = write_article({"en": ("A draft", "<p>Not for everybody.</p>")}, published=False)
    client = enter(role_of(anna, "edit"))

    listed, preview = client.get("/articles"), client.get(path(draft, "/preview"))

    assert path(draft, "/preview") in listed.text
    assert "New article" not in listed.text
    assert "Not for everybody." in preview.text
    assert "/articles/sections" not in preview.text
    for refused in ("/articles/new", "/articles/sections", path(draft)):
        assert client.get(refused).status_code == 404
        assert client.post(refused, form()).status_code == 404
    for verb in ("publication", "section", "moves", "archive"):
        assert client.post(path(draft, f"/{verb}"), {"on": "1"}).status_code == 404
    assert Translation.objects.get(article=draft).published_at is None


# --- the list ---------------------------------------------------------------------------------------------------------


def test_list_tells_languages_and_what_articles_did_lately(enter, write_article, paper, anna, frozen_clock):
    draft = write_article({"it": ("Una bozza", "<p>Testo.</p>")}, published=False)
    readings.open(paper.pk, visit="long-ago-visit", language="en")
    frozen_clock.shift(31 * 24 * 3600)
    for number, helped in enumerate((True, True, False)):
        visit = f"visit-of-somebody-{number}"
        readings.show([paper.pk], visit=visit, language="en")
        readings.open(paper.pk, visit=visit, language="en")
        readings.answer(paper.pk, helped, visit=visit, language="en")
    readings.request_sent("visit-of-somebody-1")

    (found,) = enter(anna).get("/articles").context["sections"]

    rows = [(it.pk, it.title, it.languages) for it in found.rows]
    assert rows == [
        (paper.pk, "The paper is stuck", [("en", True), ("it", True)]),
        (draft.pk, "Una bozza", [("it", False)]),
    ]
    did = found.rows[0].figures
    assert (did.opened, did.helped_percentage, did.answered, did.avoided) == (3, 67, 3, 1)


def test_list_tells_archived_ones_apart(enter, paper, anna):
    articles.archive(paper.pk, actor=anna)

    shown = enter(anna).get("/articles").context

    assert [it.rows for it in shown["sections"]] == [[]]
    assert [it.pk for it in shown["archived"]] == [paper.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_much_of_many_as_of_one(enter, write_article, anna, django_assert_num_queries, count):
    for number in range(count):
        other = sections.add(f"Section {number}", actor=anna)
        found = write_article(
            {"en": (f"Article {number}", "<p>x</p>"), "it": (f"Articolo {number}", "<p>x</p>")}, into=other
        )
        readings.open(found.pk, visit=f"a-visit-to-{number}", language="en")
    client = enter(anna)
    client.get("/articles")

    with django_assert_num_queries(LIST):
        client.get("/articles")


def test_order_takes_what_was_dragged_in_one_section_only(enter, write_article, help_section, anna):
    a, b, c = (write_article({"en": (title, "<p>x</p>")}).pk for title in "abc")
    other = write_article({"en": ("d", "<p>x</p>")}, into=sections.add("Other", actor=anna)).pk

    enter(anna).post("/articles/order", {"section": help_section.pk, "article": [c, "x", other, a, b]})

    assert list(Article.objects.filter(section=help_section).values_list("pk", flat=True)) == [c, a, b]


def test_moves_when_up_puts_an_article_a_place_up(enter, write_article, help_section, anna):
    a, b, c = (write_article({"en": (title, "<p>x</p>")}).pk for title in "abc")

    enter(anna).post(f"/articles/{c}/moves", {"to": "up"})
    enter(anna).post(f"/articles/{a}/moves", {"to": "up"})

    assert list(Article.objects.filter(section=help_section).values_list("pk", flat=True)) == [a, c, b]


# --- writing ----------------------------------------------------------------------------------------------------------


def test_new_article_is_a_draft_until_published(enter, help_section, anna):
    client = enter(anna)
    sent = form(section=help_section.pk, language="en")

    client.post("/articles/new", sent | {"html": HOSTILE})
    client.post("/articles/new", sent | {"title": "Twice", "then": "publish"})

    first, second = Translation.objects.order_by("id")
    assert (first.title, first.published_at, first.author) == ("How to print", None, anna)
    assert first.html == '<p>Press <b>F5</b>.<a target="_blank" rel="noopener noreferrer nofollow">x</a></p>'
    assert (second.text, second.published_at) == ("Press print.", clock.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "x" * 151},
        {"language": "tlh"},
        {"section": "98765"},
        {"section": "\x00"},
        {"html": "x" * 100_001},
    ],
)
def test_new_article_when_something_is_wrong_keeps_what_was_written(enter, help_section, anna, wrong):
    sent = form(section=help_section.pk, language="en", html="<p>Mind the <b>gap</b>.</p>") | wrong

    answer = enter(anna).post("/articles/new", sent)

    assert answer.status_code == 422
    assert not Article.objects.exists()
    if "html" not in wrong:
        assert "<p>Mind the <b>gap</b>.</p>" in answer.text


def test_new_article_when_there_is_no_section_leads_to_the_first(enter, anna):
    assert 'href="/articles/sections"' in enter(anna).get("/articles/new").text


def test_article_when_written_is_read_at_once(enter, paper, anna):
    sent = form(language="en", html="<p>Take it <b>out</b>.</p>", seen=seen(paper))

    answer = enter(anna).post(path(paper), sent)

    assert answer.status_code == 302
    assert access.get_article(paper.pk, "en").html == "<p>Take it <b>out</b>.</p>"
    assert access.get_article(paper.pk, "it").title == "La carta è incastrata"


def test_article_when_written_without_script_keeps_its_shape(enter, paper, anna):
    row = Translation.objects.get(article=paper, language="en")

    enter(anna).post(path(paper), {"language": "en", "title": "Renamed", "text": row.text, "seen": seen(paper)})

    assert (access.get_article(paper.pk, "en").title, access.get_article(paper.pk, "en").html) == ("Renamed", row.html)


def test_article_when_a_colleague_wrote_meanwhile_is_not_saved_over(enter, paper, anna, ada, frozen_clock):
    before = seen(paper)
    frozen_clock.shift(60)
    articles.write(paper.pk, "en", "Ada's title", "<p>Ada's text.</p>", actor=ada)
    client = enter(anna)
    mine = form(language="en", title="Anna's title", html="<p>Anna's text.</p>")

    refused = client.post(path(paper), mine | {"seen": before})
    kept = access.get_article(paper.pk, "en").title
    again = re.search(r'name="seen" value="([^"]+)"', refused.text)[1]
    client.post(path(paper), mine | {"seen": again})

    assert (refused.status_code, kept) == (409, "Ada's title")
    assert "Anna&#x27;s title" in refused.text
    assert "<p>Anna's text.</p>" in refused.text
    assert "Ada&#x27;s text." in refused.text
    assert access.get_article(paper.pk, "en").title == "Anna's title"


def test_article_when_two_begin_the_same_language_is_not_saved_over(enter, write_article, anna, ada):
    found = write_article({"en": ("Toner", "<p>Shake it.</p>")})
    articles.write(found.pk, "it", "Il toner", "<p>Agitare.</p>", actor=ada)

    refused = enter(anna).post(path(found), form(language="it", seen=""))

    assert refused.status_code == 409
    assert Translation.objects.get(article=found, language="it").title == "Il toner"


def test_article_when_in_a_new_language_is_a_draft(enter, write_article, anna):
    found = write_article({"en": ("Toner", "<p>Shake it.</p>")})
    client = enter(anna)

    page = client.get(path(found, "?language=it"))
    client.post(path(found), form(language="it", title="Il toner", seen=""))

    assert page.status_code == 200
    row = Translation.objects.get(article=found, language="it")
    assert (row.title, row.published_at) == ("Il toner", None)


def test_publication_when_asked_publishes_and_takes_back(enter, write_article, anna):
    found = write_article({"en": ("Toner", "<p>Shake it.</p>")}, published=False)
    client = enter(anna)

    client.post(path(found, "/publication"), {"language": "en", "on": "1"})
    published = access.is_open()
    client.post(path(found, "/publication"), {"language": "en", "on": "0"})

    assert (published, access.is_open()) == (True, False)


def test_publication_when_it_has_no_text_says_so(enter, write_article, anna):
    found = write_article({"en": ("Toner", "")}, published=False)

    answer = enter(anna).post(path(found, "/publication"), {"language": "en", "on": "1"}, follow=True)

    assert "It has no text yet." in answer.text
    assert not access.is_open()


def test_section_when_chosen_takes_the_article(enter, paper, anna):
    other = sections.add("Other", actor=anna)

    enter(anna).post(path(paper, "/section"), {"section": other.pk, "language": "en"})
    enter(anna).post(path(paper, "/section"), {"section": "98765"})

    assert Article.objects.get().section == other


def test_archive_when_asked_hides_and_brings_back(enter, paper, anna):
    client = enter(anna)

    client.post(path(paper, "/archive"), {"on": "1"})
    while_archived = access.is_open(), client.get(path(paper)).status_code
    client.post(path(paper, "/archive"), {"on": "0"})

    assert (while_archived, access.is_open()) == ((False, 200), True)


def test_preview_when_in_a_language_that_is_not_written_is_not_there(enter, write_article, anna):
    found = write_article({"en": ("Toner", "<p>Shake it.</p>")})

    statuses = [enter(anna).get(path(found, f"/preview?language={it}")).status_code for it in ("en", "it", "tlh")]

    assert statuses == [200, 404, 200]


@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_when_the_article_is_not_there_are_missing(enter, anna, method):
    client = enter(anna)

    assert getattr(client, method)("/articles/98765").status_code == 404


# --- sections ---------------------------------------------------------------------------------------------------------


def test_sections_are_added_renamed_ordered_and_dropped(enter, paper, help_section, anna):
    client = enter(anna)

    client.post("/articles/sections", {"it": "Fatture", "en": "Invoices"})
    client.post("/articles/sections", {"en": "Only one"})
    invoices, one = Section.objects.order_by("id")[1:]
    client.post(f"/articles/sections/{one.pk}", {"it": "Uno", "en": "Only one", "seen": one.updated_at.isoformat()})
    client.post("/articles/sections/order", {"section": [one.pk, help_section.pk]})
    client.post(f"/articles/sections/{help_section.pk}/moves", {"to": "up"})
    client.post(f"/articles/sections/{invoices.pk}/dropping")
    refused = client.post(f"/articles/sections/{help_section.pk}/dropping", follow=True)

    assert [it.title for it in Section.objects.all()] == [help_section.title, {"it": "Uno", "en": "Only one"}]
    assert "Articles stand in it" in refused.text


@pytest.mark.parametrize("sent", [{}, {"it": " "}, {"it": "x" * 81}, {"en": "\x00"}])
def test_sections_when_the_name_is_wrong_keep_what_was_written(enter, help_section, anna, sent):
    client = enter(anna)

    added = client.post("/articles/sections", sent)
    renamed = client.post(f"/articles/sections/{help_section.pk}", sent | {"seen": help_section.updated_at.isoformat()})

    assert (added.status_code, renamed.status_code) == (422, 422)
    assert [it.title for it in Section.objects.all()] == [help_section.title]


def test_sections_when_a_colleague_renamed_meanwhile_are_not_saved_over(enter, help_section, anna, ada, frozen_clock):
    before = help_section.updated_at.isoformat()
    frozen_clock.shift(60)
    sections.rename(help_section.pk, "Ada's", actor=ada)

    answer = enter(anna).post(
        f"/articles/sections/{help_section.pk}", {"it": "Di Anna", "en": "Anna's", "seen": before}
    )

    assert answer.status_code == 409
    assert "Di Anna" in answer.text
    assert "Ada&#x27;s" in answer.text
    assert Section.objects.get().title == "Ada's"


# --- what administrators read of it -----------------------------------------------------------------------------------


def test_changes_tell_articles_and_sections_in_words(enter, ada, help_section, write_article):
    RuleChange.objects.all().delete()
    other = sections.add({"it": "Altro", "en": "Other"}, actor=ada)
    sections.order([other.pk, help_section.pk], actor=ada)
    found = articles.add(help_section.pk, "en", "Toner", "<p>Shake <b>it</b>.</p>", actor=ada)
    articles.write(found.pk, "en", "Toner", "<p>Shake it twice.</p>", actor=ada)
    articles.publish(found.pk, "en", actor=ada)
    articles.move(found.pk, other.pk, actor=ada)
    articles.unpublish(found.pk, "en", actor=ada)
    articles.archive(found.pk, actor=ada)
    articles.restore(found.pk, actor=ada)

    shown = enter(ada).get("/changes").context["changes"]

    assert [(it.kind, it.title, it.url, it.lines) for it in reversed(shown)] == [
        (
            "Sections of the help center",
            "Other",
            "/articles/sections",
            [("", "Made"), ("+", "Title (Italiano): Altro"), ("+", "Title (English): Other")],
        ),
        (
            "Sections of the help center",
            "Other",
            "/articles/sections",
            [("", "Moved from place 2 to place 1")],
        ),
        *(
            ("Articles", "Toner", "/articles", lines)
            for lines in (
                [("", "Made"), ("+", "Title (English): Toner"), ("+", "Text (English): Shake it.")],
                [("-", "Text (English): Shake it."), ("+", "Text (English): Shake it twice.")],
                [("", "Published (English)")],
                [("-", "Section: Printers"), ("+", "Section: Other")],
                [("", "Back to a draft (English)")],
                [("", "Archived")],
                [("", "Restored")],
            )
        ),
    ]
