"""The inbox of bad votes and the review of one, for those who may and those who may not."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sportello.desk.actions import people, ratings, review_causes, reviews, tickets
from sportello.desk.actions.reviews import Finding
from sportello.desk.actions.tickets import Words
from sportello.desk.actions.update import Update
from sportello.desk.models import Notification, SatisfactionRating, VoteCause, VoteReview
from sportello.desk.words import Permission, Role, Status, Via

pytestmark = pytest.mark.django_db


def voted(ticket, anna, *, score="bad", comment="Troppo lento", about=""):
    """Anna solves it, the requester is asked and votes."""
    tickets.answer(ticket.pk, Words("Ho cambiato il toner."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    with transaction.atomic():
        update = Update(tickets.lock(ticket.pk), actor=None, via=Via.RULE)
        update.offer, update.letter = True, "survey"
        update.commit()
    rating = SatisfactionRating.objects.get(ticket=ticket)
    ratings.vote(rating.pk, score, about=about, comment=comment, actor=ticket.requester, via=Via.WEB)
    return VoteReview.objects.filter(rating=rating).first()


def another(person, group, **more):
    return tickets.open_ticket(
        requester=person, subject="Ancora", words=Words("Aiuto"), actor=person, via=Via.EMAIL, group=group, **more
    )


@pytest.fixture
def review(ticket, anna, ada):
    return voted(ticket, anna)


def address(review, rest=""):
    return f"/reviews/{review.pk}{rest}"


FOUND = {"cause": "slow", "outcome": "settled", "answer": "Chiamata.", "do": "close"}


# --- who may --------------------------------------------------------------------------------------------------------


def test_inbox_and_review_are_for_those_who_see_figures_and_ticket(
    enter, review, ada, anna, ben, rita, sam, role_of, mailbox
):
    eva = role_of(people.add("Eva Rey", "eva@desk.example", role=Role.AGENT, language="en"), Permission.ANSWER)

    seen = {
        who.name: ("Troppo lento" in enter(who).get("/reviews").text, enter(who).get(address(review)).status_code)
        for who in (ada, anna, ben, eva)
    }

    assert seen == {
        "Ada Admin": (True, 200),
        "Anna Conti": (True, 200),
        "Ben Archer": (False, 404),
        "Eva Rey": (False, 404),
    }
    for who in (rita, sam):
        assert enter(who).get("/reviews").status_code == 404
        assert enter(who).get(address(review)).status_code == 404


@pytest.mark.parametrize("rest", ["", "/owner", "/state", "/remarks", "/proposals", "/proposals/1"])
def test_review_when_posted_by_somebody_outside_is_not_there(enter, review, ben, rita, rest):
    for who in (ben, rita):
        answer = enter(who).post(address(review, rest), {**FOUND, "about": "rule", "reason": "x", "owner": who.pk})
        assert answer.status_code == 404

    review.refresh_from_db()
    assert (review.state, review.events.count()) == ("open", 1)


def test_review_for_the_voted_can_be_read_and_remarked_but_not_decided(enter, review, anna):
    client = enter(anna)
    page = client.get(address(review))
    assert (page.context["form"], page.context["proposal_form"], page.context["owners"]) == (None, None, [])

    client.post(address(review), FOUND)
    client.post(address(review, "/proposals"), {"about": "product", "reason": "Il PC."})
    client.post(address(review, "/remarks"), {"remark": "Il PC è del 2012."})

    kinds = list(review.events.order_by("id").values_list("kind", flat=True))
    assert kinds == ["opened", "remark"]


def test_navigation_counts_open_reviews(enter, review, ada, anna, role_of):
    def counted(who):
        match = re.search(r'href="/reviews".*?</a>', enter(who).get("/reviews").text, re.S)
        return match and re.findall(r"\b1\b", re.sub(r"<svg.*?</svg>", "", match[0], flags=re.S))

    assert counted(ada) == counted(anna) == ["1"]
    reviews.work(review.pk, Finding(cause="slow", outcome="nothing"), actor=ada, close=True)
    assert counted(ada) == []
    assert counted(role_of(anna, Permission.ANSWER)) is None


# --- the list -------------------------------------------------------------------------------------------------------


def test_inbox_when_asked_for_a_state_shows_that(enter, review, ada, anna, ben, group, rita, frozen_clock):
    ben.ticket_restriction = ""
    ben.save()
    late = voted(another(rita, group), anna, comment="In ritardo")
    late.due_at -= timedelta(days=10)
    late.save()
    reviews.give(late.pk, ben, actor=ada)
    done = voted(another(rita, group), anna, comment="Finito")
    reviews.work(done.pk, Finding(cause="slow", outcome="nothing"), actor=ada, close=True)

    def shown(state):
        return [row.pk for row in enter(ada).get("/reviews", {"state": state}).context["reviews"]]

    assert [shown(state) for state in ("open", "overdue", "mine", "done", "nonsense")] == [
        [late.pk, review.pk],
        [late.pk],
        [review.pk],
        [done.pk],
        [late.pk, review.pk],
    ]


def test_inbox_says_who_the_bad_votes_come_from(enter, review, ada, anna, group, rita):
    voted(another(rita, group), anna)

    assert "Both bad votes come from one person of one customer." in enter(ada).get("/reviews").text


def test_inbox_when_votes_are_too_many_says_of_which_it_speaks(enter, review, ada, anna, group, rita, monkeypatch):
    monkeypatch.setattr("sportello.web.agent.reviews.MOST_VOTES", 1)
    voted(another(rita, group), anna)

    page = enter(ada).get("/reviews").text

    assert "The only bad vote comes from one person of one customer." in page
    assert "The latest 1 votes." in page


def test_inbox_when_there_are_many_asks_as_often_as_for_one(enter, review, ada, anna, group, rita, otto):
    client = enter(ada)
    client.get("/reviews")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/reviews")
    for person in (rita, otto, rita):
        voted(another(person, group), anna)

    with CaptureQueriesContext(connection) as many:
        page = client.get("/reviews")

    assert len(page.context["reviews"]) == 4
    assert len(many) == len(few) <= 12


def test_inbox_when_paged_shows_each_once(enter, review, ada, anna, group, rita, monkeypatch):
    monkeypatch.setattr("sportello.web.ui.paging.SIZE", 2)
    for _nth in range(4):
        voted(another(rita, group), anna)
    client, url, seen = enter(ada), "/reviews", []

    while url:
        page = client.get(url).context["page"]
        seen.append([row.pk for row in page.rows])
        url = page.older_url and f"/reviews{page.older_url}"

    assert [len(rows) for rows in seen] == [2, 2, 1]
    assert len({pk for rows in seen for pk in rows}) == 5


@pytest.mark.parametrize(
    "query", ["after=x", "after=_", "before=2026-01-01T00:00:00+00:00_99999999999999999999", "state="]
)
def test_inbox_when_the_address_is_mangled_shows_the_first_page(enter, review, ada, query):
    assert len(enter(ada).get(f"/reviews?{query}").context["reviews"]) == 1


# --- one review -----------------------------------------------------------------------------------------------------


def test_review_shows_the_vote_the_words_and_the_conversation(enter, review, ada):
    page = enter(ada).get(address(review)).text

    assert "Troppo lento" in page
    assert "stampante al primo piano" in page
    assert "Ho cambiato il toner." in page


def test_review_when_hostile_words_are_voted_stays_text(enter, ticket, ada, anna):
    review = voted(ticket, anna, comment='<script>alert(1)</script>{{ 7|add:"1" }}')

    for path in ("/reviews", address(review), f"/tickets/{ticket.pk}"):
        page = enter(ada).get(path).text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page


def test_review_when_found_and_done_says_so_everywhere(enter, review, ada, anna):
    client = enter(ada)
    answer = review.ticket.comments.get(author=anna)

    response = client.post(address(review), {**FOUND, "answer_comment": answer.pk})

    assert response.url == "/reviews"
    review.refresh_from_db()
    assert (review.state, review.cause, review.answer_comment, review.answer) == ("done", "slow", answer, "Chiamata.")
    page = client.get(address(review)).text
    assert "We were too slow" in page
    assert "settled with the customer" in page.lower()
    assert f'href="/reviews/{review.pk}"' in client.get(f"/tickets/{review.ticket_id}").text


def test_review_when_answered_on_a_ticket_that_he_does_not_see_shows_nothing_of_it(
    enter, review, ada, anna, ben, group, rita
):
    later = another(rita, people.add_group("Altrove"), follow_up_of=review.ticket)
    tickets.answer(later.pk, Words("Parola segreta."), actor=ada, via=Via.WEB)
    hidden = later.comments.get(author=ada)
    reviews.work(review.pk, Finding(answer_comment=hidden.pk), actor=ada)
    group.members.add(ben)
    reviews.give(review.pk, ben, actor=ada)

    page = enter(ben).get(address(review)).text
    saved = enter(ben).post(address(review), {**FOUND, "answer_comment": hidden.pk, "do": "save"})
    done = enter(ben).post(address(review), {**FOUND, "answer_comment": hidden.pk})

    assert (saved.status_code, done.status_code) == (302, 302)
    assert f'href="/tickets/{later.pk}"' in enter(ada).get(address(review)).text
    for shown in (page, enter(ben).get(address(review)).text):
        assert "segreta" not in shown
        assert "A message on a ticket that you do not see" in shown
        assert f"/tickets/{later.pk}" not in shown


def test_review_is_offered_to_those_who_can_take_it(enter, review, ada, anna, ben, role_of):
    people.add("Ugo Sala", "ugo@desk.example", role=Role.AGENT)
    role_of(people.add("Eva Rey", "eva@desk.example", role=Role.AGENT), Permission.ANSWER)

    offered = enter(ada).get(address(review)).context["owners"]

    assert [it.name for it in offered] == ["Ada Admin", "Ugo Sala"]


@pytest.mark.parametrize(
    "wrong", [{"cause": "weather"}, {"outcome": "withdrawn"}, {"outcome": ""}, {"cause": ""}, {"answer_comment": "7x"}]
)
def test_review_when_something_is_wrong_keeps_what_was_typed(enter, review, ada, wrong):
    response = enter(ada).post(address(review), {**FOUND, "cause_text": "", **wrong})

    assert response.status_code == 422
    assert "field__error" in response.text
    assert "Chiamata." in response.text


def test_reclassification_when_two_agree_stands_beside_the_vote(enter, review, ada, anna, ben):
    ben.ticket_restriction = ""
    ben.save()
    enter(ben).post(address(review, "/proposals"), {"about": "product", "reason": "Si lamenta del PC."})
    proposal = review.events.get(kind="proposed")
    where = address(review, f"/proposals/{proposal.pk}")
    assert Notification.objects.filter(user=ada, values__what="proposed").exists()

    for who in (ben, anna):
        enter(who).post(where, {"do": "confirm"})
    assert SatisfactionRating.objects.get().reviewed_about == ""

    enter(ada).post(where, {"do": "confirm"})
    enter(ada).post(where, {"do": "confirm"})

    rating = SatisfactionRating.objects.get()
    assert (rating.score, rating.about, rating.reviewed_about) == ("bad", "", "product")
    assert review.events.filter(kind="confirmed").count() == 1
    assert "the product or the equipment" in enter(ada).get(address(review)).text


def test_proposal_when_without_a_reason_is_refused(enter, review, ada):
    response = enter(ada).post(address(review, "/proposals"), {"about": "product", "reason": " "})

    assert response.status_code == 422
    assert "field__error" in response.text


def test_notice_leads_to_the_review(enter, review, ada):
    notice = Notification.objects.get(user=ada, kind="review")
    client = enter(ada)

    assert "A bad vote to review" in client.get("/notices").text
    led = client.get(f"/notices/{notice.pk}").url
    shown = client.get(led).text
    before = Notification.objects.filter(user=ada, read_at=None).count()
    client.post(reverse("agent:notice_reading", args=[notice.pk]))

    assert led == f"{address(review)}?notice={notice.pk}"
    assert f'<sp-seen hidden><form method="post" action="/notices/{notice.pk}/reading">' in shown
    assert (before, Notification.objects.filter(user=ada, read_at=None).count()) == (1, 0)


def test_owner_and_state_when_changed_are_changed(enter, review, ada, ben, anna):
    ben.ticket_restriction = ""
    ben.save()
    client = enter(ada)

    client.post(address(review, "/owner"), {"owner": anna.pk})
    client.post(address(review, "/owner"), {"owner": ben.pk})
    client.post(address(review), FOUND)
    client.post(address(review, "/state"))

    review.refresh_from_db()
    assert (review.owner, review.state) == (ben, "open")


# --- causes ---------------------------------------------------------------------------------------------------------


def test_causes_when_arranged_are_the_desks_own(enter, ada):
    client = enter(ada)

    client.post("/reviews/causes", {"title": "Night shift"})
    client.post("/reviews/causes/slow", {"title": "Too slow for us"})
    client.post("/reviews/causes/manner", {"on": "0"})
    client.post("/reviews/days", {"days": "5"})

    names = review_causes.usable()
    assert names["slow"] == "Too slow for us"
    assert "manner" not in names
    assert "Night shift" in names.values()
    page = client.get("/reviews/causes").text
    assert "Too slow for us" in page
    assert 'value="5"' in page
    assert "Too slow for us" in client.get(reverse("agent:changes")).text


@pytest.mark.parametrize("title", ["", "We were too slow", "x" * 200])
def test_causes_when_wrong_are_refused(enter, ada, title):
    assert enter(ada).post("/reviews/causes", {"title": title}).status_code == 422
    assert not VoteCause.objects.filter(key__startswith="own_").exists()


def test_causes_are_the_administrators(enter, anna):
    client = enter(anna)

    assert client.get("/reviews/causes").status_code == 404
    assert client.post("/reviews/causes/slow", {"title": "x"}).status_code == 404
    assert client.post("/reviews/days", {"days": 3}).status_code == 404
    assert enter(anna).post("/reviews/days", {"days": 0}).status_code == 404
