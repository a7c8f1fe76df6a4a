import pytest
from django.db import transaction

from sportello.desk.actions import desks, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.words import Status, Via
from sportello.web.portal import help_center, requests
from sportello.web.session import sign_in


@pytest.fixture(autouse=True)
def fresh_limits():
    for limit in (
        help_center.READINGS_BY_CLIENT,
        help_center.SUGGESTIONS_BY_CLIENT,
        requests.BY_CLIENT,
        requests.BY_ADDRESS,
        sign_in.BY_CLIENT,
        sign_in.BY_ADDRESS,
        sign_in.LINKS_BY_ADDRESS,
    ):
        limit.forget()


@pytest.fixture
def desk(db):
    return desks.finish_set_up()


@pytest.fixture
def solved(ticket, anna):
    """Anna has answered and solved Rita's ticket."""
    tickets.answer(ticket.pk, Words("Ho cambiato il toner."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def rated(solved, rita):
    """Rita has confirmed and been asked for a vote."""
    from sportello.desk.actions.update import Update

    tickets.confirm(solved.pk, actor=rita, via=Via.WEB)
    with transaction.atomic():
        update = Update(tickets.lock(solved.pk), actor=None, via=Via.RULE)
        update.offer = True
        update.letter = "survey"
        update.commit()
    solved.refresh_from_db()
    return solved
