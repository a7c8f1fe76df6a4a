from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine

from sportello.desk import links
from sportello.kit import clock


def path_for(ticket, person, score):
    return urlsplit(links.vote_url(ticket.pk, person.pk, score)).path


@pytest.mark.parametrize("score", ["good", "bad"])
def test_vote_when_opened_has_the_mails_choice_marked(client, rated, rita, score):
    page = client.get(path_for(rated, rita, score)).content.decode()

    rated.satisfaction_rating.refresh_from_db()
    assert f'value="{score}" checked' in page
    assert page.count(" checked") == 1
    assert rated.satisfaction_rating.score == "offered"


def test_vote_when_pressed_is_kept_and_credited(client, rated, rita, anna):
    form = {"score": "bad", "about": "product", "comment": "Il PC è lento"}

    response = client.post(path_for(rated, rita, "bad"), form, follow=True)

    rating = rated.satisfaction_rating
    rating.refresh_from_db()
    assert (rating.score, rating.about, rating.comment, rating.assignee) == ("bad", "product", "Il PC è lento", anna)
    assert response.redirect_chain == [(path_for(rated, rita, "bad"), 302)]
    assert "banner--positive" in response.content.decode()


def test_vote_when_changed_keeps_the_latest(client, rated, rita):
    client.post(path_for(rated, rita, "bad"), {"score": "bad", "about": "waiting"})

    client.post(path_for(rated, rita, "bad"), {"score": "good", "comment": "Tutto a posto"})

    rating = rated.satisfaction_rating
    rating.refresh_from_db()
    assert (rating.score, rating.about, rating.comment) == ("good", "", "Tutto a posto")


@pytest.mark.parametrize("form", [{}, {"score": "offered"}, {"score": "bad", "about": "weather", "comment": "keep me"}])
def test_vote_when_the_form_is_wrong_is_refused_and_kept(client, rated, rita, form):
    response = client.post(path_for(rated, rita, "bad"), form)

    rated.satisfaction_rating.refresh_from_db()
    assert response.status_code == 422
    assert form.get("comment", "") in response.content.decode()
    assert rated.satisfaction_rating.score == "offered"


@pytest.mark.parametrize("method", ["get", "post"])
def test_vote_when_its_time_has_passed_says_so(client, rated, rita, method):
    path = path_for(rated, rita, "good")

    with time_machine.travel(clock.now() + timedelta(days=60)):
        response = getattr(client, method)(path, {"score": "good"} if method == "post" else None)

    rated.satisfaction_rating.refresh_from_db()
    assert response.status_code == 410
    assert rated.satisfaction_rating.score == "offered"


def test_vote_when_score_is_unknown_is_missing(client, rated, rita):
    assert client.get(path_for(rated, rita, "perfect")).status_code == 404


def test_vote_when_asked_of_somebody_else_is_refused(client, rated, otto):
    assert client.get(path_for(rated, otto, "good")).status_code == 404
    assert client.post(path_for(rated, otto, "good"), {"score": "good"}).status_code == 404


def test_vote_when_nothing_was_asked_yet_is_refused(client, solved, rita):
    assert client.get(path_for(solved, rita, "good")).status_code == 404
