"""The board of satisfaction: its figures are those of every page, its bars lead to what is behind, and nobody reads
names that are not his to know."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import alerts, configuration, people, ratings, reviews, ticket_fields, tickets
from sportello.desk.actions.reviews import Finding
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.actions.update import Update
from sportello.desk.models import SatisfactionRating, Ticket, VoteReview
from sportello.desk.words import Status, Via
from sportello.reports.folding import sync
from sportello.web.reports import satisfaction_rankings, satisfaction_votes

pytestmark = pytest.mark.django_db
BOARD = "/reports/satisfaction?period=last_28_days"


@pytest.fixture
def voted(mailbox, group, anna, ada, frozen_clock):
    """voted(person, score, about): a ticket of his, solved by Anna, and his vote."""

    def vote(person, score="bad", *, about="", tag="", times=1):
        for _nth in range(times):
            ticket = tickets.open_ticket(
                requester=person,
                subject="Il PC è lento",
                words=Words("Aiuto"),
                actor=person,
                via=Via.EMAIL,
                group=group,
            )
            if tag:
                tickets.update(ticket.pk, Change(add_tags=(tag,)), actor=anna, via=Via.WEB)
            tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
            with transaction.atomic():
                update = Update(tickets.lock(ticket.pk), actor=None, via=Via.RULE)
                update.offer, update.letter = True, "survey"
                update.commit()
            rating = SatisfactionRating.objects.get(ticket=ticket)
            ratings.vote(rating.pk, score, about=about, actor=person, via=Via.WEB)
            frozen_clock.shift(61)
        return rating

    return vote


def text_of(page):
    """What is read, without the drawings."""
    shown = re.sub(r"<svg.*?</svg>", " ", page.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def tile(page, label):
    return next(it.value for it in page.context["tiles"] if it.label == label)


@pytest.fixture
def desk_of_votes(voted, rita, otto, sam):
    """Rita: 3 bad of 12, about her PC; Otto: 1 bad of 2; Sam: 10 good ones."""
    voted(rita, times=3, about="product", tag="pc")
    voted(rita, "good", times=9)
    voted(otto)
    voted(otto, "good")
    voted(sam, "good", times=10)


def test_board_says_what_the_figures_say_and_the_part_about_the_help_apart(desk_of_votes, ada, enter):
    sync.rebuild()

    page = enter(ada).get(BOARD)

    figures = [tile(page, label) for label in ("Satisfied", "Satisfied with the help itself", "Votes", "Bad votes")]
    assert [it.replace("\xa0", " ") for it in figures] == ["83.3 %", "95.2 %", "24", "4"]
    read = text_of(page)
    assert "3 of the 4 bad votes come from one person of one customer." in read
    assert "This person gave 12 of all 24 votes." in read
    assert "3 of the 4 bad votes are about something other than the help. They stay in the raw figure" in read


def test_what_two_found_is_kept_apart_and_leaves_the_raw_figure(desk_of_votes, ada, ben, enter):
    ben.ticket_restriction = ""
    ben.save()
    review = VoteReview.objects.get(rating__about="")
    proposal = reviews.propose(review.pk, "waiting", "Ha aspettato.", actor=ada)
    reviews.confirm(review.pk, proposal.pk, actor=ben)
    sync.rebuild()

    page = enter(ada).get(BOARD)

    figures = [tile(page, label) for label in ("Satisfied", "Satisfied with the help itself")]
    assert [it.replace("\xa0", " ") for it in figures] == ["83.3 %", "100 %"]


def test_rankings_put_few_votes_apart_and_lead_to_the_tickets(desk_of_votes, ada, enter, rita, otto):
    sync.rebuild()
    client = enter(ada)

    page = client.get(BOARD)

    shown = {it.key: it for it in page.context["rankings"]}
    assert [(it.name, it.said) for it in shown["requester"].small] == [("Otto Rossi", "1 of 2")]
    assert shown["requester"].content == 1
    assert "Rita Rossi" in shown["requester"].chart
    assert "Otto Rossi" not in shown["requester"].chart
    assert "Rossi Hotels" in shown["customer"].chart
    behind = client.get(shown["requester"].small[0].href)
    assert [row.pk for row in behind.context["list"].page.rows] == [
        Ticket.objects.filter(requester=otto).earliest("pk").pk
    ]
    for ranked, n in ((shown["requester"], 3), (shown["customer"], 4), (shown["agent"], 4), (shown["group"], 4)):
        href = unescape(re.search(r'href="([^"]+)"', ranked.chart)[1])
        assert len(client.get(href).context["list"].page.rows) == n
    assert len(client.get(page.context["circle"].href).context["list"].page.rows) == 3


def test_topic_is_chosen_among_tags_and_own_fields(desk_of_votes, ada, enter):
    sync.rebuild()
    client = enter(ada)

    tags, channels, wrong = (client.get(f"{BOARD}&topic={topic}").context for topic in ("tag", "channel", "nonsense"))

    assert [(it.name, it.said) for it in tags["by_topic"].small] == [("Pc", "3 of 3")]
    assert "Email" in channels["by_topic"].chart or "Mail" in channels["by_topic"].chart
    assert [it.key for it in wrong["topics"] if it.is_current] == ["tag"]


def test_topics_have_own_fields_only_for_who_sees_every_ticket(ada, ben):
    field = ticket_fields.save_field({"of": "ticket", "kind": "checkbox", "key": "visit", "title": "Visit"}, actor=ada)

    hers, his = (satisfaction_rankings.topics(person) for person in (ada, ben))

    assert hers == {**his, f"field:{field.pk}": "Visit"}


def test_causes_lead_to_the_votes_and_reviews_to_their_inbox(desk_of_votes, ada, enter):
    first, second = VoteReview.objects.filter(rating__about="product").order_by("pk")[:2]
    for review in (first, second):
        reviews.work(review.pk, Finding(cause="equipment", outcome="settled"), actor=ada, close=True)
    sync.rebuild()
    client = enter(ada)

    page = client.get(BOARD)
    votes = [
        len(client.get(unescape(href)).context["reviews"])
        for href in re.findall(r'href="([^"]+)"', page.context["causes"])
    ]

    assert sorted(set(votes)) == [2]
    assert page.context["open"]["n"] == 2
    assert len(page.context["open"]["rows"]) == 2
    assert f'href="/reviews/{page.context["open"]["rows"][0].pk}"' in page.content.decode()
    month = re.search(r'href="([^"]+month=[^"]+)"', page.context["causes_by_month"])
    assert len(client.get(unescape(month[1])).context["reviews"]) >= 1


def test_every_chart_of_the_board_can_be_had_as_a_picture(desk_of_votes, ada, enter):
    sync.rebuild()
    client = enter(ada)
    page = client.get(f"{BOARD}&topic=channel").content.decode()

    pictures = {unescape(it) for it in re.findall(r'href="([^"]+format=png[^"]+)"', page)}
    answered = {re.search("chart=([^&]+)", it)[1]: client.get(f"/reports/satisfaction{it}") for it in pictures}

    assert {"satisfaction-course", "satisfaction-by-customer", "satisfaction-causes", "both"} <= answered.keys()
    assert {it["Content-Type"] for it in answered.values()} == {"image/png"}
    assert len(answered) == page.count('<figure class="chart"')
    assert "“Satisfied, month by month, with the 95 % interval” as a picture (PNG)" in page
    assert client.get(f"{BOARD}&format=png&chart=none").status_code == 404


@pytest.mark.parametrize("wrong", ["cause=nonsense", "month=2026", "month=x"])
def test_votes_of_a_wrong_address_are_not_there(ada, enter, desk_of_votes, wrong):
    sync.rebuild()

    assert enter(ada).get(f"/reports/satisfaction/votes?{wrong}").status_code == 404


def test_restricted_agent_reads_figures_and_no_names(desk_of_votes, ben, enter):
    sync.rebuild()
    client = enter(ben)

    page = client.get(BOARD)
    read = page.content.decode()

    assert tile(page, "Votes") == "24"
    assert [it.key for it in page.context["rankings"]] == ["group", "agent"]
    assert page.context["surprises"] == []
    for name in ("Rita", "Otto", "Rossi Hotels", "Il PC"):
        assert name not in read
    assert client.get("/reports/satisfaction/votes?period=last_28_days").context["reviews"] == []
    assert len(client.get(page.context["circle"].href).context["list"].page.rows) == 0


def test_board_is_for_who_may_see_figures(ada, rita, anna, enter, role_of, mailbox, group):
    for person in (rita, role_of(anna, "edit")):
        for path in ("/reports/satisfaction", "/reports/satisfaction/votes"):
            assert enter(person).get(path).status_code == 404
    assert Client().get("/reports/satisfaction").status_code == 302


def test_first_bad_vote_of_a_happy_customer_and_the_weekly_look_are_told(voted, sam, ada, enter, frozen_clock):
    voted(sam, "good", times=5)
    frozen_clock.shift(timedelta(days=40))
    voted(sam)
    frozen_clock.shift(timedelta(days=7))
    alerts.step()
    sync.rebuild()

    page = enter(ada).get(BOARD)

    assert [(it.name, it.good) for it in page.context["surprises"]] == [("Sam Stranger", 5)]
    assert "1 bad of 1, before 0 of 5 · chance explains it" in text_of(page)


def test_first_bad_vote_is_told_also_where_the_history_is_longer_than_what_is_read(voted, sam, ada, enter, monkeypatch):
    monkeypatch.setattr(satisfaction_votes, "MOST_HISTORY", 7)
    voted(sam, "good", times=8)
    voted(sam)
    sync.rebuild()

    page = enter(ada).get(BOARD)

    assert [(it.name, it.good) for it in page.context["surprises"]] == [("Sam Stranger", 6)]


def test_board_without_a_bad_vote_says_so_once_and_draws_nothing_empty(voted, rita, ada, enter):
    voted(rita, "good", times=2)
    sync.rebuild()

    page = enter(ada).get(BOARD)

    read = text_of(page)
    assert read.count("Nobody voted badly in this period.") == 1
    assert "What they are about, and why" not in read
    assert "Nothing to show" not in read


def test_board_where_nobody_gave_enough_votes_names_them_without_a_drawing(voted, rita, ada, enter):
    voted(rita, times=2)
    sync.rebuild()

    page = enter(ada).get(f"{BOARD}&topic=type")

    assert [(it.key, it.chart) for it in page.context["rankings"]] == [
        ("customer", ""),
        ("requester", ""),
        ("group", ""),
        ("agent", ""),
    ]
    assert "Bad votes by person Too few votes to rank: Rita Rossi 2 of 2." in text_of(page)
    assert "What they are about, and why" in text_of(page)


@pytest.mark.parametrize("score", [None, "good", "bad"])
def test_board_of_nothing_of_one_vote_and_of_all_bad_is_a_page(voted, rita, ada, enter, score):
    if score:
        voted(rita, score, times=2)
    sync.rebuild()

    for query in ("", "&topic=type", "&against=", "&period=last_year", "&agent=999999", "&tag=niente"):
        page = enter(ada).get(BOARD + query)
        assert page.status_code in (200, 400)
        assert "nan" not in text_of(page).lower().split()


def test_board_when_a_filter_is_wrong_says_so(ada, enter, desk_of_votes):
    sync.rebuild()

    page = enter(ada).get(f"{BOARD}&organization=Nessuna")

    assert page.status_code == 400
    assert "There is no organization called" in text_of(page)


def test_board_asks_as_often_for_many_votes_as_for_few(voted, rita, otto, sam, ada, enter, monkeypatch):
    # However slow the machine is: the desk's configuration is read once.
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 3600.0)
    voted(rita)
    sync.rebuild()
    client = enter(ada)
    client.get(BOARD)
    with CaptureQueriesContext(connection) as few:
        client.get(BOARD)
    for person in (rita, otto, sam, people.add("Ugo Sala", "ugo@elsewhere.example")):
        voted(person, times=2)
    sync.rebuild()
    client.get(BOARD)

    with CaptureQueriesContext(connection) as many:
        page = client.get(BOARD)

    assert len(page.context["open"]["rows"]) == 5
    assert (len(few), len(many)) == (16, 16)
