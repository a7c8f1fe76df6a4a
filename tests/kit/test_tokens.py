from datetime import timedelta

import pytest
import time_machine

from sportello.kit import tokens


def test_sign_when_read_for_its_purpose_gives_the_value():
    assert tokens.unsign("vote", tokens.sign("vote", [12, 3]), valid_for=timedelta(days=1)) == [12, 3]


@pytest.mark.parametrize("mangle", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: t.swapcase()])
def test_unsign_when_mangled_is_forged(mangle):
    with pytest.raises(tokens.BadToken) as caught:
        tokens.unsign("vote", mangle(tokens.sign("vote", [12, 3])), valid_for=timedelta(days=1))

    assert not caught.value.expired


def test_unsign_when_made_for_something_else_is_forged():
    with pytest.raises(tokens.BadToken):
        tokens.unsign("confirm", tokens.sign("vote", [12, 3]), valid_for=timedelta(days=1))


def test_unsign_when_late_says_expired():
    with time_machine.travel("2026-03-01T12:00:00Z"):
        token = tokens.sign("vote", [12, 3])

    with time_machine.travel("2026-03-02T12:00:02Z"), pytest.raises(tokens.BadToken) as caught:
        tokens.unsign("vote", token, valid_for=timedelta(days=1))

    assert caught.value.expired


def test_mark_when_case_is_lost_by_a_mail_server_still_holds():
    mark = tokens.mark("reply", 12)

    assert tokens.is_mark(mark.upper(), "reply", 12)
    assert not tokens.is_mark(mark, "reply", 13)
    assert not tokens.is_mark(mark, "bounce", 12)
