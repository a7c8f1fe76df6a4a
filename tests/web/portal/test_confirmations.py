from urllib.parse import urlsplit

import pytest

from sportello.desk import links
from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, Ticket
from sportello.desk.words import Status, Via
from tests.personas import events


@pytest.fixture
def confirm_path(solved, rita):
    return urlsplit(links.confirm_url(solved.pk, rita.pk)).path


@pytest.fixture
def not_yet_path(solved, rita):
    return urlsplit(links.not_yet_url(solved.pk, rita.pk)).path


def test_confirmation_when_opened_shows_one_button_and_changes_nothing(client, solved, confirm_path):
    page = client.get(confirm_path).content.decode()

    solved.refresh_from_db()
    assert page.count('<form method="post"') == 1
    assert solved.subject in page
    assert solved.status == Status.SOLVED


def test_confirmation_when_pressed_closes_and_thanks(client, solved, confirm_path):
    response = client.post(confirm_path, follow=True)

    solved.refresh_from_db()
    assert solved.status == Status.CLOSED
    assert [event["code"] for event in events(solved, type="Note")] == ["confirmed"]
    assert "/vote/" not in response.content.decode()
    assert '<form method="post">' not in response.content.decode()


def test_confirmation_when_pressed_twice_is_one(client, solved, confirm_path):
    client.post(confirm_path)
    client.post(confirm_path)

    assert [event["code"] for event in events(solved, type="Note")] == ["confirmed"]


def test_confirmation_when_a_vote_is_asked_leads_to_it(client, rated, rita):
    page = client.get(urlsplit(links.confirm_url(rated.pk, rita.pk)).path).content.decode()

    assert "/vote/" in page


def test_not_yet_when_opened_asks_for_a_line_and_changes_nothing(client, solved, not_yet_path):
    response = client.get(not_yet_path)

    solved.refresh_from_db()
    assert '<textarea name="text"' in response.content.decode()
    assert solved.status == Status.SOLVED


def test_not_yet_when_sent_reopens_to_the_same_technician(client, solved, not_yet_path, anna, rita):
    response = client.post(not_yet_path, {"text": "grazie, ma stampa a righe"}, follow=True)

    solved.refresh_from_db()
    comment = Comment.objects.latest("id")
    assert (solved.status, solved.assignee) == (Status.OPEN, anna)
    assert (comment.text, comment.author) == ("grazie, ma stampa a righe", rita)
    assert response.redirect_chain[0][0].startswith("/r/")
    assert "stampa a righe" in response.content.decode()


def test_not_yet_when_nothing_is_written_asks_again(client, solved, not_yet_path):
    response = client.post(not_yet_path, {"text": ""})

    solved.refresh_from_db()
    assert response.status_code == 422
    assert solved.status == Status.SOLVED


def test_not_yet_when_closed_opens_a_follow_up(client, solved, not_yet_path, rita):
    tickets.confirm(solved.pk, actor=rita, via=Via.WEB)

    client.post(not_yet_path, {"text": "si è rotta ancora"})

    assert Ticket.objects.latest("id").follow_up_of == solved


def test_confirmation_when_reopened_meanwhile_says_so_and_still_closes(client, solved, confirm_path, rita):
    tickets.hear(solved.pk, Words("Un'altra cosa: lo scanner?"), actor=rita, via=Via.EMAIL)

    page = client.get(confirm_path).content.decode()
    client.post(confirm_path)

    solved.refresh_from_db()
    assert "banner--info" in page
    assert solved.status == Status.CLOSED


@pytest.mark.parametrize("kind", ["confirm", "not-yet"])
def test_answers_when_forged_change_nothing(client, solved, rita, kind):
    token = urlsplit(links.request_url(solved.pk, rita.pk)).path.rpartition("/")[2]

    response = client.post(f"/{kind}/{token}", {"text": "x"})

    solved.refresh_from_db()
    assert response.status_code == 404
    assert solved.status == Status.SOLVED
