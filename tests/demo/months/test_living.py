"""Both desks filled through the verbs: their facts hold the published figures, the Italian report prints them.

One test a desk, so that each is filled once wherever the tests run. On SQLite alone: they take minutes, and what they
do is what every verb's own tests do on PostgreSQL too.
"""

from datetime import timedelta

import pytest
from django.db import connection

from sportello import demo
from sportello.demo.months import hotel_software, it_services
from sportello.desk.actions import configuration
from sportello.desk.errors import Refused
from sportello.desk.models import (
    Organization,
    OutgoingMail,
    SatisfactionRating,
    Ticket,
    Timer,
    User,
    VoteReview,
)
from sportello.desk.words import About, ReviewState, Score, SendState, Status, Step, TimerState
from sportello.reports import month
from sportello.reports.figures import answer, source
from sportello.reports.figures.query import Query, of_month
from sportello.reports.folding import sync

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
whole = pytest.mark.skipif(connection.vendor != "sqlite", reason="minutes long, and the same verbs")
ZONE = "Europe/Rome"
HOTEL_SOFTWARE, IT_SERVICES = demo.DESKS
KEYS = (
    "num_solved_tickets",
    "first_reply_time_in_minutes_mean",
    "first_reply_within_hour",
    "one_touch_percentage",
    "one_reply_percentage",
    "satisfaction_rating",
    "num_votes",
    "rated_of_solved",
)


@pytest.fixture(autouse=True)
def of_its_own(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    configuration.forget()
    yield
    configuration.forget()


def figures(year, number):
    query = Query(KEYS, *of_month(year, number, ZONE), ZONE)
    return {key: figure.value for key, figure in answer.ask(source.own(), query).totals.items()}


def printed(year, number):
    """The Italian report in one line."""
    return " ".join(month.as_text(month.month(year, number), "it").replace("\xa0", " ").split())


def missing(text, *sentences):
    return [it for it in sentences if it not in text]


@whole
def test_hotel_software_then_the_figures_of_the_text():
    seen = []

    demo.build_published(HOTEL_SOFTWARE, lambda done, whole: seen.append((done, whole)))
    sync.rebuild()

    august, september, october = (figures(it.year, it.number) for it in hotel_software.MONTHS)
    assert seen[-1] == (len(seen), len(seen))
    assert (august["num_solved_tickets"], september["num_solved_tickets"]) == (1033, 1096)
    assert september == {
        "num_solved_tickets": 1096,
        "first_reply_time_in_minutes_mean": 222,
        "first_reply_within_hour": 597 / 1096,
        "one_touch_percentage": 671 / 1096,
        "one_reply_percentage": 671 / 1096,
        "satisfaction_rating": 316 / 333,
        "num_votes": 333,
        "rated_of_solved": 333 / 1096,
    }
    assert october == {
        "num_solved_tickets": 1050,
        "first_reply_time_in_minutes_mean": 236_313 / 1050,
        "first_reply_within_hour": 567 / 1050,
        "one_touch_percentage": 635 / 1050,
        "one_reply_percentage": 635 / 1050,
        "satisfaction_rating": 308 / 317,
        "num_votes": 317,
        "rated_of_solved": 317 / 1050,
    }
    assert not missing(
        printed(2014, 10),
        "Ticket risolti di agosto: 1.033",
        "Ticket risolti di settembre: 1.096",
        "Ticket risolti di ottobre: 1.050",
        "A fronte di un benchmark di 159 ticket al mese",
        "Questo mese: 3,8 ore",
        "Mese scorso: 3,7 ore",
        "Benchmark: 22,7 ore",
        "Il tempo di prima risposta è di 19,00 ore inferiore al benchmark. È migliore rispetto ai risultati del 93,6 %",
        "La media può sembrare alta, perché chi scrive la sera, la notte",
        "Il 54 % dei ticket ha avuto risposta entro un'ora.",
        "Questo mese: 60,5 %",
        "Mese scorso: 61,2 %",
        "Benchmark: 39,7 %",
        "è di 20,8 punti superiore al benchmark. È migliore rispetto ai risultati dell'80,9 %",
        "Questo mese: 97,2 %",
        "Mese scorso: 94,9 %",
        "Benchmark: 95,2 %",
        "è di 1,9 punti superiore al benchmark. È migliore rispetto ai risultati del 59,8 %",
    )
    the_protocol_was_kept()
    with pytest.raises(Refused):
        demo.build_published(IT_SERVICES)


@whole
def test_it_services_then_the_figures_of_the_text():
    demo.build_published(IT_SERVICES, lambda _done, _whole: None)
    sync.rebuild()

    march = figures(2013, 3)
    assert (march["num_solved_tickets"], march["num_votes"]) == (256, 67)
    assert (march["satisfaction_rating"], march["rated_of_solved"]) == (66 / 67, 67 / 256)
    assert march["first_reply_within_hour"] > 0.6
    assert not missing(
        printed(2013, 3),
        "67 voti su 256 ticket risolti, uno solo negativo: 98,5 %. Ha risposto il 26,2 %.",
        "Il 63 % dei ticket ha avuto risposta entro un'ora.",
        "3 dei 4 voti negativi vengono da una sola persona di un solo cliente.",
        "Il dato sopra resta quello grezzo.",
    )
    bad = SatisfactionRating.objects.filter(score=Score.BAD)
    assert {it.organization.name for it in bad.select_related("organization")} == {it_services.LARGEST}
    assert {it.requester.name for it in bad.select_related("requester")} == {
        it_services.SLOW_COMPUTER,
        it_services.OWN_NUMBER,
        it_services.THIRD,
    }
    # What two people found stands beside what the customer said, which stays.
    assert {(it.about, it.reviewed_about) for it in bad} == {(About.HELP, About.PRODUCT), ("", About.RULE)}
    for review in VoteReview.objects.prefetch_related("events"):
        by = {event.kind: event.author_id for event in review.events.all()}
        assert by["proposed"] != by["confirmed"]
    the_protocol_was_kept()


def test_interrupted_then_nothing_is_left():
    def interrupt(done, _whole):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.build_published(IT_SERVICES, interrupt)

    assert [model.objects.count() for model in (User, Organization, Ticket)] == [0, 0, 0]


def the_protocol_was_kept():
    """Everything ended as the protocol ends it, no mail is left to send, nobody was asked for a vote too often."""
    assert set(Ticket.objects.values_list("status", flat=True)) == {Status.CLOSED}
    assert not Timer.objects.filter(state=TimerState.WAITING).exists()
    assert not Timer.objects.exclude(last_error="").exists()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {SendState.KEPT}
    assert set(OutgoingMail.objects.values_list("step", flat=True)) >= set(Step.values)
    assert not VoteReview.objects.exclude(state=ReviewState.DONE).exists()
    early = [it for it in SatisfactionRating.objects.exclude(rated_at=None) if it.rated_at <= it.offered_at]
    assert not early
    asked: dict[int, list] = {}
    for person, at in SatisfactionRating.objects.order_by("offered_at").values_list("requester", "offered_at"):
        lately = [one for one in asked.get(person, []) if one > at - timedelta(days=30)]
        assert len(lately) < 4
        asked.setdefault(person, []).append(at)
