from hypothesis import given
from hypothesis import strategies as st

from sportello.desk import news
from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.news import LATE_SECONDS, Trail
from sportello.desk.words import Via


@given(st.permutations(range(1, 40)), st.lists(st.integers(1, 8)))
def test_trail_tells_each_id_once_in_whatever_order_they_are_committed(order, sizes):
    trail, told, committed, left = Trail(0), [], set(), list(order)
    for size in [*sizes, len(left)]:
        committed |= set(left[:size])
        left = left[size:]
        # What a look finds: all above the newest, and what has come of the gaps.
        found = [key for key in committed if key > trail.newest or key in trail.gaps]
        told += trail.take(found, now=1.0)
        assert trail.settled < min(left, default=10_000)

    assert sorted(told) == list(range(1, 40))
    assert len(told) == len(set(told))


def test_trail_when_an_id_never_comes_gives_it_up():
    trail = Trail(3)

    assert trail.take([5], now=1.0) == [5]
    assert (trail.settled, trail.gaps) == (3, {4: 1.0})
    assert trail.take([6], now=1.0 + LATE_SECONDS) == [6]
    assert (trail.settled, trail.gaps) == (6, {})


def test_happenings_say_who_did_what_once(ticket, anna, group):
    updates, _notices = news.begin()
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    audit = tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)

    given_away, said = news.happenings(updates)

    assert (given_away.ticket_id, given_away.author_id) == (ticket.pk, anna.pk)
    assert (given_away.is_moved, given_away.has_words) == (True, False)
    assert (said.audit_id, said.is_moved, said.has_words) == (audit.pk, False, True)
    assert news.happenings(updates) == []


def test_notices_are_told_with_whom_they_concern(ticket, anna, ada, group):
    _updates, notices = news.begin()

    tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)

    assert [user_id for _pk, user_id in news.notices(notices)] == [anna.pk]
    assert news.notices(notices) == []


def test_look_costs_one_statement(ticket, django_assert_num_queries):
    with django_assert_num_queries(1):
        seen = news.look()

    assert (seen.audit, seen.presences, seen.held) == (ticket.audits.get().pk, (0, 0), 0)


def test_tickets_since_are_named_once_and_too_many_not_at_all(ticket, anna, group):
    first = ticket.audits.get().pk
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)

    assert news.tickets_since(first, 5) == [ticket.pk]
    assert news.tickets_since(first, 1) is None
    assert news.tickets_since(10**9, 5) == []
