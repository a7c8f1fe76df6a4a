"""What was told after a figure was written, of the period it is about."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sportello.desk.actions import (
    contacts,
    merging_organizations,
    merging_people,
    people,
    ratings,
    tickets,
    time_entries,
    timers,
)
from sportello.desk.actions.tickets import Words
from sportello.desk.models import SatisfactionRating
from sportello.desk.words import Score, Via
from sportello.kit import clock
from sportello.reports.folding import schema, store, sync
from sportello.reports.folding.since import Since, changes_since

pytestmark = pytest.mark.django_db
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
WRITTEN = datetime(2026, 11, 2, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path


def on(month, day, hour=9):
    return clock.at(datetime(2026, month, day, hour, tzinfo=UTC))


@pytest.fixture
def solved(mailbox, anna, rita):
    """A ticket of October, solved, and asked for a vote."""
    with on(10, 20):
        ticket = tickets.open_ticket(requester=rita, subject="Aiuto", words=Words("Non va."), actor=rita, via=Via.EMAIL)
        tickets.answer(ticket.pk, Words("Ecco."), status="solved", actor=anna, via=Via.WEB)
        tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    with on(10, 30):
        while timers.step():
            pass
    return ticket


def since(written=WRITTEN, **more):
    sync.step()
    sync.step()
    return changes_since(written, *OCTOBER, **more)


def test_changes_since_when_nothing_was_told_then_false(solved):
    assert not since()


def test_changes_since_when_a_vote_came_and_was_changed_then_told(solved):
    rating = SatisfactionRating.objects.get()
    with on(11, 1):
        ratings.vote(rating.pk, Score.GOOD, actor=rating.requester, via=Via.WEB)
    before = since()
    with on(11, 3):
        ratings.vote(rating.pk, Score.BAD, actor=rating.requester, via=Via.WEB)

    assert (before, since(), since(datetime(2026, 11, 1, tzinfo=UTC))) == (Since(), Since(), Since(votes_given=1))


def test_changes_since_when_a_vote_of_the_period_was_changed_then_told(solved):
    rating = SatisfactionRating.objects.get()
    for month, day, score in ((10, 31, Score.GOOD), (11, 3, Score.BAD), (11, 4, Score.GOOD)):
        with on(month, day, 23):
            ratings.vote(rating.pk, score, actor=rating.requester, via=Via.WEB)

    assert since() == Since(votes_changed=1)


def test_changes_since_when_contacts_and_time_were_dated_back_then_told(solved, anna, rita):
    with on(11, 3):
        contacts.log(rita, "Al telefono.", "call", actor=anna, at=datetime(2026, 10, 20, 9, tzinfo=UTC))
        entry = time_entries.add(solved.pk, "20m", actor=anna, spent_on=date(2026, 10, 30), today=date(2026, 11, 3))
    before = since()
    with on(11, 4):
        time_entries.remove(solved.pk, entry.pk, actor=anna)

    assert before == Since(contacts=1, time_entries=1)
    assert since() == Since(contacts=1, time_entries=1)
    assert since(datetime(2026, 11, 5, tzinfo=UTC)) == Since()


def test_changes_since_when_two_people_are_one_then_their_requests_are_told(solved, rita, ada):
    other = people.add("Rita Rossi", "other@mail.example")
    with on(11, 3):
        merging_people.merge_people(rita.pk, other.pk, actor=ada)

    assert since() == Since(requests_moved=1)


def test_changes_since_when_two_organizations_are_one_then_their_requests_are_told(solved, organization, ada):
    other = people.add_organization("Rossi Hotels S.r.l.")
    with on(11, 3):
        merging_organizations.merge_organizations(organization.pk, other.pk, actor=ada)

    assert since() == since(organization=other.pk) == Since(requests_moved=1)


def test_changes_since_when_the_definitions_are_others_then_told(solved):
    assert since(version=schema.DEFINED - 1) == Since(is_redefined=True)


def test_changes_since_of_an_organization_then_only_its_own(solved, organization):
    rating = SatisfactionRating.objects.get()
    with on(11, 3):
        ratings.vote(rating.pk, Score.GOOD, actor=rating.requester, via=Via.WEB)

    assert since(organization=organization.pk) == Since(votes_given=1)
    assert since(organization=organization.pk + 1) == Since()


def test_changes_since_before_the_first_build_then_missing():
    with pytest.raises(store.Missing):
        changes_since(WRITTEN, OCTOBER[0], OCTOBER[1] + timedelta(days=1))
