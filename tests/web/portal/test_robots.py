"""Mail scanners open every link of every mail. Nothing they do changes anything."""

import itertools
import re
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client

from sportello.desk import models as desk_models
from sportello.desk.actions import ratings, sign_in
from sportello.desk.models import OutgoingMail
from sportello.desk.words import Via


def everything():
    """All rows of the desk's tables and all sessions, as text."""
    nouns = [noun for noun in vars(desk_models).values() if isinstance(noun, type) and issubclass(noun, models.Model)]
    tables: list[type[models.Model]] = [*(noun for noun in nouns if not noun._meta.abstract), Session]
    return {table.__name__: str(list(table._base_manager.order_by("pk").values())) for table in tables}


def links_of(mail):
    found = re.findall(r'href="([^"]+)"', mail.html) + re.findall(r"https?://\S+", mail.text)
    return {urlsplit(url.replace("&amp;", "&")).path for url in found if urlsplit(url).hostname == "desk.example.org"}


@pytest.fixture
def links_of_all_mails(rated, rita, desk):
    sign_in.send_link("rita@rossi.example")
    mails = list(OutgoingMail.objects.order_by("id"))
    assert [mail.step for mail in mails] == ["solved", "survey", "sign_in"]
    return sorted(set().union(*(links_of(mail) for mail in mails)))


def test_links_of_the_mails_are_of_all_kinds(links_of_all_mails):
    kinds = {path.split("/")[1] for path in links_of_all_mails}

    assert kinds == {"r", "confirm", "not-yet", "vote", "sign-in"}
    assert {path.rpartition("/")[2] for path in links_of_all_mails if path.startswith("/vote")} == {"good", "bad"}


@pytest.mark.parametrize("methods", [("get", "head"), ("head", "get"), ("options", "get")])
def test_robot_when_it_opens_every_link_in_any_order_changes_nothing(links_of_all_mails, methods):
    before = everything()

    for order in itertools.islice(itertools.permutations(links_of_all_mails), 0, None, 97):
        robot = Client()
        for path, method in itertools.product(order, methods):
            assert getattr(robot, method)(path).status_code in (200, 405)

    assert everything() == before


def test_robot_when_a_ticket_is_only_solved_changes_nothing(solved, rita, desk):
    (mail,) = OutgoingMail.objects.filter(step="solved")
    before = everything()

    answers = [getattr(Client(), method)(path).status_code for path in links_of(mail) for method in ("get", "head")]

    assert set(answers) == {200}
    assert everything() == before


def test_robot_when_somebody_has_voted_does_not_change_the_vote(rated, rita, links_of_all_mails):
    ratings.vote(rated.satisfaction_rating.pk, "good", actor=rita, via=Via.WEB)
    before = everything()

    for path in links_of_all_mails:
        Client().get(path)

    assert everything() == before
