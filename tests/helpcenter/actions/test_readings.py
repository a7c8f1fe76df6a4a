"""What customers did with articles: each once a visit, and what counts as a request avoided."""

import threading

import pytest
from django.db import connections

from sportello.desk.errors import Invalid
from sportello.helpcenter.actions import articles, readings
from sportello.helpcenter.models import ArticleReading

VISIT = "a-visit-of-rita"


def told(visit=VISIT):
    rows = ArticleReading.objects.filter(visit=visit).order_by("id")
    return [(it.kind, it.article_id, it.language) for it in rows]


def test_show_when_repeated_in_a_visit_counts_once(paper):
    readings.show([paper.pk], visit=VISIT, language="it")
    readings.show([paper.pk], visit=VISIT, language="it")
    readings.show([paper.pk], visit="another-visit", language="en")

    assert told() == [("shown", paper.pk, "it")]
    assert told("another-visit") == [("shown", paper.pk, "en")]


def test_open_when_repeated_in_a_visit_counts_once(paper):
    readings.open(paper.pk, visit=VISIT, language="it")
    readings.open(paper.pk, visit=VISIT, language="it")

    assert told() == [("opened", paper.pk, "it")]


@pytest.mark.parametrize("visit", ["", "short", "x" * 33, "a visit\x00of rita", "visita-è-quì", "../../etc/passwd"])
def test_readings_when_the_visit_is_not_one_leave_nothing(paper, visit):
    readings.show([paper.pk], visit=visit, language="it")
    readings.open(paper.pk, visit=visit, language="it")
    readings.request_sent(visit)

    assert readings.answer(paper.pk, True, visit=visit, language="it") is False
    assert not ArticleReading.objects.exists()


def test_readings_when_the_article_is_no_longer_published_leave_nothing(paper, write_article, anna):
    draft = write_article({"en": ("A draft", "<p>Nothing yet.</p>")}, published=False)
    articles.archive(paper.pk, actor=anna)

    readings.show([paper.pk, draft.pk, 987654], visit=VISIT, language="it")
    readings.open(paper.pk, visit=VISIT, language="it")

    assert readings.answer(draft.pk, True, visit=VISIT, language="it") is False
    assert told() == []


def test_readings_when_the_language_is_unknown_are_english(paper):
    readings.open(paper.pk, visit=VISIT, language="tlh")

    assert told() == [("opened", paper.pk, "en")]


def test_answer_when_given_twice_counts_first(paper):
    readings.answer(paper.pk, False, visit=VISIT, language="it")
    readings.answer(paper.pk, True, visit=VISIT, language="it")

    assert told() == [("not_helped", paper.pk, "it")]


def test_answer_when_nothing_stood_beside_the_form_avoids_no_request(paper):
    assert readings.answer(paper.pk, True, visit=VISIT, language="it") is False

    assert told() == [("helped", paper.pk, "it")]


def test_answer_when_articles_stood_beside_the_form_avoids_a_request(paper):
    readings.show([paper.pk], visit=VISIT, language="it")

    assert readings.answer(paper.pk, True, visit=VISIT, language="it") is True

    assert told() == [(kind, paper.pk, "it") for kind in ("shown", "helped", "avoided")]


def test_answer_when_it_did_not_help_avoids_no_request(paper):
    readings.show([paper.pk], visit=VISIT, language="it")

    assert readings.answer(paper.pk, False, visit=VISIT, language="it") is False

    assert told() == [("shown", paper.pk, "it"), ("not_helped", paper.pk, "it")]


def test_answer_when_two_articles_helped_in_a_visit_avoids_one_request(paper, write_article):
    other = write_article({"it": ("Il toner", "<p>Cambiare il toner.</p>")})
    readings.show([paper.pk, other.pk], visit=VISIT, language="it")

    first = readings.answer(paper.pk, True, visit=VISIT, language="it")
    second = readings.answer(other.pk, True, visit=VISIT, language="it")

    assert (first, second) == (True, False)
    assert [it for it in told() if it[0] in ("helped", "avoided")] == [
        ("helped", paper.pk, "it"),
        ("avoided", paper.pk, "it"),
        ("helped", other.pk, "it"),
    ]


def test_request_sent_when_one_was_avoided_takes_it_back_once(paper):
    readings.show([paper.pk], visit=VISIT, language="it")
    readings.answer(paper.pk, True, visit=VISIT, language="it")

    readings.request_sent(VISIT)
    readings.request_sent(VISIT)

    assert told() == [(kind, paper.pk, "it") for kind in ("shown", "helped", "avoided", "written")]


def test_request_sent_when_nothing_was_avoided_leaves_nothing(paper):
    readings.show([paper.pk], visit=VISIT, language="it")

    readings.request_sent(VISIT)

    assert told() == [("shown", paper.pk, "it")]


def test_sending_when_the_request_is_refused_takes_nothing_back(paper):
    readings.show([paper.pk], visit=VISIT, language="it")
    readings.answer(paper.pk, True, visit=VISIT, language="it")

    with pytest.raises(Invalid), readings.sending(VISIT):
        raise Invalid("subject", "Senza oggetto.")
    refused = told()
    with readings.sending(VISIT):
        pass

    assert refused == [(kind, paper.pk, "it") for kind in ("shown", "helped", "avoided")]
    assert told() == [*refused, ("written", paper.pk, "it")]


def test_answer_when_the_visit_has_sent_a_request_avoids_none(paper):
    readings.show([paper.pk], visit=VISIT, language="it")
    readings.request_sent(VISIT)

    assert readings.answer(paper.pk, True, visit=VISIT, language="it") is False

    assert told() == [("shown", paper.pk, "it"), ("helped", paper.pk, "it")]


@pytest.mark.django_db(transaction=True)
def test_answer_when_several_come_at_once_avoids_one_request(real_database, paper, write_article):
    other = write_article({"it": ("Il toner", "<p>Cambiare il toner.</p>")})
    readings.show([paper.pk, other.pk], visit=VISIT, language="it")
    start = threading.Barrier(4)
    avoided = []

    def say(article_id, helped):
        start.wait(10)
        avoided.append(readings.answer(article_id, helped, visit=VISIT, language="it"))
        connections.close_all()

    said = [(paper.pk, True), (paper.pk, True), (paper.pk, False), (other.pk, True)]
    threads = [threading.Thread(target=say, args=it) for it in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    kinds = [kind for kind, _article, _language in told()]
    assert sum(avoided) == kinds.count("avoided") <= 1
    assert (kinds.count("helped") + kinds.count("not_helped"), len(avoided)) == (2, 4)
