"""Customers find articles, say whether they helped, and see them while they write; drafts stay inside."""

import pytest
from django.test import Client

from sportello.desk.models import Ticket
from sportello.helpcenter.actions import articles, readings
from sportello.helpcenter.models import ArticleReading
from sportello.web.portal import help_center
from tests.web.portal.test_requests import FORM

VISIT = "0123456789abcdef0123456789abcdef"
OTHER_VISIT = "f" * 32
ENGLISH = {"accept-language": "en"}
ITALIAN = {"accept-language": "it"}
EVERYWHERE = ("/requests/new", "/help")

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def draft(write_article):
    return write_article({"en": ("Secret plans", "<p>Not ready: printer paper.</p>")}, published=False)


def told():
    """What was written down, as (kind, article, visit, language)."""
    return sorted(ArticleReading.objects.values_list("kind", "article_id", "visit", "language"))


def page(response):
    return response.content.decode()


# --- the door ---------------------------------------------------------------------------------------------------------


def test_help_center_when_nothing_is_published_is_linked_nowhere(client, draft):
    form = page(client.get("/requests/new", headers=ENGLISH))
    shelves = client.get("/help", headers=ENGLISH)

    assert 'href="/help"' not in form + page(shelves)
    assert "sp-suggest" not in form
    assert "sp-visit" not in form
    assert (shelves.status_code, "No articles yet" in page(shelves)) == (200, True)


@pytest.mark.parametrize("name", [None, "rita", "anna"])
def test_help_center_when_something_is_published_is_linked_everywhere(client, paper, request, name):
    if name:
        client.force_login(request.getfixturevalue(name))

    for path in ("/requests/mine/new" if name else "/requests/new", "/help", f"/help/articles/{paper.pk}"):
        assert 'href="/help"' in page(client.get(path)), path


@pytest.mark.parametrize(
    ("headers", "titles", "shelf"),
    [
        (ENGLISH, ["The paper is stuck", "Toner"], "Printers"),
        (ITALIAN, ["La carta è incastrata", "Toner"], "Stampanti"),
    ],
)
def test_help_shows_what_is_published_in_the_readers_language_or_another(
    client,
    paper,
    write_article,
    draft,
    headers,
    titles,
    shelf,
):
    write_article({"it": ("Toner", "<p>Rosso.</p>")})

    response = client.get("/help", headers=headers)

    (found,) = response.context["shelves"]
    assert (found.title, [it.title for it in found.articles]) == (shelf, titles)
    assert ("in Italian" in page(response)) is (headers is ENGLISH)
    assert "Secret" not in page(response)


@pytest.mark.parametrize("count", [1, 3])
def test_help_takes_few_queries(client, write_article, count, django_assert_num_queries):
    for number in range(count):
        write_article({"en": (f"Paper {number}", "<p>Stuck.</p>"), "it": (f"Carta {number}", "<p>Ferma.</p>")})
    client.get("/help")

    with django_assert_num_queries(2):  # shelves, whether there is anything
        client.get("/help")
    with django_assert_num_queries(3):  # words, texts, whether there is anything
        client.get("/help?q=paper")


# --- searching --------------------------------------------------------------------------------------------------------


def test_search_finds_in_any_form_and_while_a_word_is_begun(client, paper, write_article):
    write_article({"en": ("Holidays", "<p>When we are closed.</p>")})

    for words in ("stuck papers", "pap", "PAPER"):
        assert [it.article_id for it in client.get("/help", {"q": words}).context["found"]] == [paper.pk], words


@pytest.mark.parametrize("words", ["zebra", "\x00", "<script>", "x" * 5000, "Secret", "the"])
def test_search_when_nothing_is_found_offers_to_write(client, paper, draft, words):
    response = client.get("/help", {"q": words}, headers=ENGLISH)

    assert response.status_code == 200
    assert "/requests/new" in page(response)
    assert "The paper is stuck" not in page(response) or words == "\x00"  # That is no word: all shelves are shown.
    assert "<script>" not in page(response)


# --- an article -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [None, "rita", "sam", "anna", "ada"])
def test_article_is_read_by_everybody(client, paper, request, name):
    if name:
        client.force_login(request.getfixturevalue(name))

    response = client.get(f"/help/articles/{paper.pk}", headers=ENGLISH)

    is_italian = name in ("rita", "anna")
    assert response.status_code == 200
    assert ("La carta è incastrata" if is_italian else "<b>pull the paper</b>") in page(response)
    assert ("<sp-seen" in page(response)) is (name in (None, "rita", "sam"))
    assert response.context["is_staff"] is (name in ("anna", "ada"))
    assert (f'href="/articles/{paper.pk}"' in page(response)) is (name in ("anna", "ada"))


def test_article_when_it_is_not_translated_says_so(client, write_article):
    one = write_article({"it": ("Toner", "<p>Rosso.</p>")})

    foreign = page(client.get(f"/help/articles/{one.pk}", headers=ENGLISH))
    own = page(client.get(f"/help/articles/{one.pk}", headers=ITALIAN))

    assert "This article is there in Italian only so far." in foreign
    assert '<article lang="it">' in foreign
    assert 'class="banner' not in own


@pytest.mark.parametrize("state", ["draft", "unpublished", "archived", "unknown"])
def test_article_when_it_is_hidden_or_gone_looks_the_same(client, paper, draft, anna, state):
    articles.publish(draft.pk, "en", actor=anna)
    gone = {"draft": draft.pk, "unpublished": paper.pk, "archived": paper.pk, "unknown": 4711}[state]
    if state == "archived":
        articles.archive(gone, actor=anna)
    elif state == "unpublished":
        for language in ("it", "en"):
            articles.unpublish(gone, language, actor=anna)
    elif state == "draft":
        articles.unpublish(gone, "en", actor=anna)

    response = client.get(f"/help/articles/{gone}", headers=ENGLISH)

    assert response.status_code == 404
    assert "This article is not here any more." in page(response)
    assert ("Secret plans" if state == "draft" else "paper is stuck") not in page(response) or state == "unknown"
    assert client.post(f"/help/articles/{gone}/openings", {"visit": VISIT}).status_code == 204
    assert client.post(f"/help/articles/{gone}/answers", {"visit": VISIT, "helped": "yes"}).status_code == 302
    assert told() == []


def test_article_whose_row_holds_hostile_html_shows_none_of_it(client, paper):
    hostile = '<p onclick="x()">Hi<script>alert(1)</script><img src="https://t.example/p.gif"></p>'
    paper.translations.update(html=hostile)

    shown = page(client.get(f"/help/articles/{paper.pk}", headers=ENGLISH))

    assert not [it for it in ("onclick", "alert(1)", "t.example") if it in shown]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_robot_when_it_opens_everything_writes_nothing_down(client, paper, method):
    paths = ["/help", "/help?q=paper", "/help/suggestions", f"/help/articles/{paper.pk}"]
    paths += [f"/help/articles/{paper.pk}?helped=yes", *(f"/help/articles/{paper.pk}/{it}" for it in WAYS)]

    answers = {getattr(client, method)(path).status_code for path in paths}

    assert answers <= {200, 405}
    assert told() == []


WAYS = ("openings", "answers")


# --- what readers do --------------------------------------------------------------------------------------------------


def test_openings_of_a_visit_count_once(client, paper):
    path = f"/help/articles/{paper.pk}/openings"

    for visit in (VISIT, VISIT, OTHER_VISIT):
        assert client.post(path, {"visit": visit}, headers=ENGLISH).status_code == 204

    assert told() == [("opened", paper.pk, VISIT, "en"), ("opened", paper.pk, OTHER_VISIT, "en")]


@pytest.mark.parametrize("visit", ["", "x", "a" * 33, "Mario Rossi <m@rossi.example>", "a\x00bcdefgh"])
def test_openings_without_a_visit_are_not_counted(client, paper, visit):
    assert client.post(f"/help/articles/{paper.pk}/openings", {"visit": visit}).status_code == 204

    assert told() == []


@pytest.mark.parametrize(("said", "kind"), [("yes", "helped"), ("no", "not_helped")])
def test_answers_of_a_visit_count_once_and_are_thanked(client, paper, said, kind):
    path = f"/help/articles/{paper.pk}/answers"

    first = client.post(path, {"visit": VISIT, "helped": said}, headers=ENGLISH, follow=True)
    client.post(path, {"visit": VISIT, "helped": "no" if said == "yes" else "yes"}, headers=ENGLISH)

    assert first.redirect_chain == [(f"/help/articles/{paper.pk}?helped={said}#answer", 302)]
    assert "Thank you for telling us" in page(first)
    assert ('button--primary" href="/requests/new"' in page(first)) is (said == "no")
    assert "<sp-seen" not in page(first)
    assert told() == [(kind, paper.pk, VISIT, "en")]


def test_answers_without_script_are_visits_of_their_own(client, paper):
    for _number in range(2):
        client.post(f"/help/articles/{paper.pk}/answers", {"visit": "", "helped": "yes"})

    assert [kind for kind, *_rest in told()] == ["helped", "helped"]


@pytest.mark.parametrize("said", ["", "maybe", "\x00"])
def test_answers_that_say_nothing_are_not_counted(client, paper, said):
    response = client.post(f"/help/articles/{paper.pk}/answers", {"visit": VISIT, "helped": said})

    assert response.headers["Location"] == f"/help/articles/{paper.pk}"
    assert told() == []


@pytest.mark.parametrize(("name", "rows"), [("anna", 0), ("ada", 0), ("rita", 3)])
def test_readings_of_whoever_works_here_are_not_counted(client, paper, request, name, rows):
    client.force_login(request.getfixturevalue(name))

    found = client.post("/help/suggestions", {"subject": "carta incastrata", "visit": VISIT})
    for way in WAYS:
        client.post(f"/help/articles/{paper.pk}/{way}", {"visit": OTHER_VISIT, "helped": "yes"})

    assert f'data-article="{paper.pk}"' in page(found)
    assert len(told()) == rows


def test_readings_are_told_by_whoever_keeps_no_cookie_and_by_whoever_has_a_session(paper, rita):
    for person in (None, rita):
        browser = Client(enforce_csrf_checks=True)
        if person:
            browser.force_login(person)
        said = {"visit": VISIT if person else OTHER_VISIT, "helped": "yes", "subject": "carta"}

        assert browser.post(f"/help/articles/{paper.pk}/openings", said).status_code == 204
        assert browser.post(f"/help/articles/{paper.pk}/answers", said).status_code == 302
        assert browser.post("/help/suggestions", said).status_code == 200

    assert ArticleReading.objects.filter(kind="opened").count() == 2


def test_readings_of_a_flood_are_not_counted(client, paper):
    path = f"/help/articles/{paper.pk}"

    for number in range(help_center.READINGS_BY_CLIENT.times + 3):
        client.post(f"{path}/openings", {"visit": f"visit-{number:06}"})
    answer = client.post(f"{path}/answers", {"visit": VISIT, "helped": "yes"}, follow=True, headers=ENGLISH)

    assert len(told()) == help_center.READINGS_BY_CLIENT.times
    assert "Thank you for telling us" in page(answer)


# --- beside the form --------------------------------------------------------------------------------------------------


def suggested(client, subject, text="", visit=VISIT, headers=ENGLISH):
    said = {"subject": subject, "text": text, "visit": visit}
    return client.post("/help/suggestions", said, headers=headers)


def test_suggestions_are_read_in_their_place_and_counted_once(client, paper, draft):
    shown = page(suggested(client, "My paper is stuck"))
    suggested(client, "My paper is stuck, again")

    assert "<b>pull the paper</b>" in shown
    assert f'data-answers="/help/articles/{paper.pk}/answers"' in shown
    assert "An article may answer this already." in shown
    assert "Secret" not in shown
    assert told() == [("shown", paper.pk, VISIT, "en")]


@pytest.fixture
def shelf(write_article):
    """Four articles about stuck paper and six about something else."""
    stuck = [write_article({"en": (f"Stuck paper {number}", "<p>Pull it.</p>")}) for number in range(4)]
    for title in ("Holidays", "Passwords", "Invoices", "Telephones", "Doors", "Keys"):
        write_article({"en": (title, f"<p>All about {title}.</p>")})
    return stuck


def test_suggestions_are_three_at_most(client, shelf):
    response = suggested(client, "Stuck paper")

    assert [it.article_id for it, _html in response.context["found"]] == [it.pk for it in shelf[:3]]
    assert len(told()) == 3


def test_suggestions_look_into_the_message_too_and_keep_what_the_subject_found(client, shelf):
    alone = suggested(client, "Invoices")
    both = suggested(client, "Invoices", "And the paper is stuck.")
    unspoken = suggested(client, "Help", "The paper is stuck.")

    titles = [[it.title for it, _html in response.context["found"]] for response in (alone, both, unspoken)]
    assert titles[0] == ["Invoices"]
    assert titles[1] == ["Invoices", "Stuck paper 0", "Stuck paper 1"]
    assert titles[2] == ["Stuck paper 0", "Stuck paper 1", "Stuck paper 2"]


@pytest.mark.parametrize("subject", ["", "  ", "zebra", "\x00", "the", "x" * 100_000])
def test_suggestions_when_nothing_fits_are_empty(client, paper, subject):
    response = suggested(client, subject)

    assert response.status_code == 200
    assert "<details" not in page(response)
    assert 'data-told=""' in page(response)
    assert told() == []


def test_suggestions_of_a_flood_are_refused(client, paper, monkeypatch):
    monkeypatch.setattr(help_center.SUGGESTIONS_BY_CLIENT, "times", 2)

    codes = [suggested(client, "paper").status_code for _number in range(3)]

    assert codes == [200, 200, 429]


def test_suggestions_take_few_queries(client, shelf, django_assert_num_queries):
    suggested(client, "paper")

    with django_assert_num_queries(2):  # words, texts; without a visit nothing is written down
        suggested(client, "stuck paper", visit="")
    with django_assert_num_queries(4):  # the same of the message
        suggested(client, "Invoices", "The paper is stuck.", visit="")


# --- the request that is sent, or not ---------------------------------------------------------------------------------


def kinds():
    return [kind for kind, *_rest in told()]


@pytest.mark.parametrize("name", [None, "rita"])
def test_request_when_sent_after_an_article_had_answered_it_takes_that_back(client, paper, request, name):
    if name:
        client.force_login(request.getfixturevalue(name))
    suggested(client, "paper carta")
    client.post(f"/help/articles/{paper.pk}/answers", {"visit": VISIT, "helped": "yes"})
    avoided = kinds()

    response = client.post("/requests/mine/new" if name else "/requests/new", {**FORM, "visit": VISIT})

    assert response.status_code == 302
    assert avoided == ["avoided", "helped", "shown"]
    assert kinds() == ["avoided", "helped", "shown", "written"]


def test_request_when_it_is_refused_takes_nothing_back(client, paper):
    suggested(client, "paper")
    client.post(f"/help/articles/{paper.pk}/answers", {"visit": VISIT, "helped": "yes"})

    response = client.post("/requests/new", {**FORM, "email": "", "visit": VISIT})

    assert response.status_code == 422
    assert kinds() == ["avoided", "helped", "shown"]


@pytest.mark.parametrize("visit", ["", "x", "a" * 33, "\x00" * 10])
def test_request_with_no_visit_or_a_strange_one_is_sent_like_any_other(client, paper, visit):
    assert client.post("/requests/new", {**FORM, "visit": visit}).status_code == 302

    assert Ticket.objects.count() == 1
    assert told() == []


def test_visit_after_a_request_avoids_none(client, paper):
    suggested(client, "paper")
    client.post("/requests/new", {**FORM, "visit": VISIT})

    assert not readings.answer(paper.pk, helped=True, visit=VISIT, language="en")
    assert kinds() == ["helped", "shown"]
