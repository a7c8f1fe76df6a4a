from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import update_last_login

from sportello.desk.actions import sign_in
from sportello.desk.errors import Missing
from sportello.desk.models import OutgoingMail
from sportello.kit.tokens import BadToken


def token_of(url):
    return url.rpartition("/")[2]


def test_link_when_fresh_lets_its_person_in_once(rita):
    token = token_of(sign_in.make_link(rita))

    assert sign_in.read_link(token) == rita

    update_last_login(None, rita)
    with pytest.raises(BadToken):
        sign_in.read_link(token)


def test_link_when_old_is_expired(rita):
    with time_machine.travel("2026-03-01T12:00:00Z") as traveller:
        token = token_of(sign_in.make_link(rita))
        traveller.shift(timedelta(minutes=31))

        with pytest.raises(BadToken):
            sign_in.read_link(token)


def test_link_when_person_is_switched_off_lets_nobody_in(rita):
    token = token_of(sign_in.make_link(rita))
    rita.active = False
    rita.save()

    with pytest.raises(Missing):
        sign_in.read_link(token)


@pytest.mark.django_db
def test_send_link_when_nobody_has_the_address_sends_nothing():
    assert sign_in.send_link("nobody@nowhere.example") is None
    assert OutgoingMail.objects.count() == 0


def test_send_link_when_known_mails_it_in_her_language(rita, mailbox):
    mail = sign_in.send_link("Rita@rossi.example")

    assert (mail.to, mail.language, mail.step, mail.sender) == (
        "rita@rossi.example",
        "it",
        "sign_in",
        "help@desk.example",
    )
    assert "/sign-in/" in mail.text
    assert "/sign-in/" in mail.html
