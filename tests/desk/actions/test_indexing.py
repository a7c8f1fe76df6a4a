"""The index follows what happens, after the fact, in pieces, and can be written anew."""

from datetime import timedelta

import pytest
from django.db import connection

from sportello.desk.actions import indexing, people, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Audit, SearchState, Ticket, User
from sportello.desk.rules.search_terms import ORGANIZATION, TICKET, USER, words
from sportello.desk.search import index
from sportello.desk.words import Via
from sportello.kit import clock

pytestmark = pytest.mark.django_db


def work():
    while indexing.step():
        pass


def found(word, kind=TICKET):
    return index.find(kind, ((words(word),),), 100)


def opened(requester, subject="Una richiesta", **more):
    return tickets.open_ticket(
        requester=requester, subject=subject, words=Words("Buongiorno."), actor=requester, via=Via.WEB, **more
    )


def test_what_was_there_before_is_written_first(ticket, rita, organization):
    work()

    assert found("stampante") == [ticket.pk]
    assert found("rita", USER) == [rita.pk]
    assert found("hotels", ORGANIZATION) == [organization.pk]
    assert indexing.left() == 0
    assert not indexing.step()


def test_each_change_of_a_ticket_is_followed(ticket, anna, rita):
    work()
    tickets.answer(ticket.pk, Words("Cambiato il tamburo."), actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(subject="Plotter", add_tags=("officina",)), actor=anna, via=Via.WEB)
    tickets.hear(ticket.pk, Words("Perfetto davvero"), actor=rita, via=Via.EMAIL)

    work()

    assert [found(it) for it in ("tamburi", "plotter", "officina", "perfetti")] == [[ticket.pk]] * 4
    assert index.find(TICKET, ((words("stampante", parts="A"),),), 10) == []


def test_new_customer_is_found_at_once_and_a_renamed_one_with_his_tickets(mailbox, group, organization, frozen_clock):
    work()
    guest = people.add("Piero Verdi", "piero@rossi.example")
    ticket = opened(guest)
    work()
    assert (found("verdi", USER), found("verdi")) == ([guest.pk], [ticket.pk])

    User.objects.filter(pk=guest.pk).update(name="Piero Bianchi", updated_at=clock.now())
    frozen_clock.shift(6)
    work()

    assert (found("bianchi", USER), found("bianchi")) == ([guest.pk], [ticket.pk])
    assert (found("verdi", USER), found("verdi")) == ([], [])


def test_renamed_organization_is_followed_through_all_its_tickets(
    monkeypatch, mailbox, rita, organization, frozen_clock
):
    monkeypatch.setattr(indexing, "PIECE", 2)
    keys = [opened(rita).pk for _number in range(5)][::-1]
    work()

    organization.name, organization.updated_at = "Terme Azzurre", clock.now()
    organization.save()
    frozen_clock.shift(6)
    work()

    assert found("azzurre") == keys
    assert found("azzurre", ORGANIZATION) == [organization.pk]


def test_renamed_organization_is_followed_through_all_its_people(monkeypatch, rita, otto, organization, frozen_clock):
    monkeypatch.setattr(indexing, "PIECE", 2)
    more = [people.add(f"Ugo {nth}", f"ugo{nth}@rossi.example").pk for nth in range(3)]
    User.objects.filter(pk__in=more).update(organization=organization)
    work()
    theirs = sorted([rita.pk, otto.pk, *more], reverse=True)

    organization.name, organization.updated_at = "Terme Azzurre", clock.now()
    organization.save()
    frozen_clock.shift(6)
    work()

    assert found("azzurre", USER) == theirs


def test_position_that_an_older_version_left_is_gone_on_with(ticket, organization):
    work()
    state = SearchState.objects.get()
    index.drop(TICKET, [ticket.pk])
    SearchState.objects.update(position=state.position | {"of": [["organization", organization.pk, ticket.pk + 1]]})

    work()

    assert found("stampante") == [ticket.pk]


def test_person_who_has_left_is_forgotten(rita, frozen_clock):
    work()

    User.objects.filter(pk=rita.pk).update(active=False, updated_at=clock.now())
    frozen_clock.shift(6)
    work()

    assert found("rita", USER) == []


def test_rebuild_goes_on_in_pieces_from_the_newest_and_puts_right_what_was_lost(monkeypatch, mailbox, rita):
    keys = [opened(rita).pk for _number in range(5)][::-1]
    work()
    index.drop(TICKET, keys)
    monkeypatch.setattr(indexing, "PIECE", 2)
    SearchState.objects.update(position=SearchState.objects.get().position | {"rebuild": {}})

    indexing.rebuild()
    left = [indexing.left()]
    while indexing.step():
        left.append(indexing.left())

    assert found("richiesta") == keys
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


def test_piece_of_another_worker_is_not_written_over(monkeypatch, mailbox, rita):
    work()
    ticket = opened(rita, "Prima")
    read = indexing.documents.read

    def slowly(kind, keys):
        found = read(kind, keys)
        monkeypatch.undo()
        tickets.update(ticket.pk, Change(subject="Seconda"), actor=rita, via=Via.WEB)
        work()  # Another worker comes in between.
        return found

    monkeypatch.setattr(indexing.documents, "read", slowly)
    assert indexing.step()
    work()

    assert found("seconda") == [ticket.pk]
    assert found("prima") == []


def test_ticket_is_refreshed_though_the_index_is_at_work(mailbox, rita):
    ticket = opened(rita)
    work()
    index.drop(TICKET, [ticket.pk])
    version = SearchState.objects.get(pk="index").version

    indexing.refresh(ticket.pk)

    assert found("richiesta") == [ticket.pk]
    assert SearchState.objects.get(pk="index").version == version + 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite commits in the order of its numbers")
def test_audit_that_is_committed_late_is_not_missed(ticket, rita, frozen_clock):
    work()
    other = opened(rita, "Ultima")
    late = Audit.objects.filter(ticket=other).order_by("-pk").first()
    Audit.objects.create(ticket=ticket, via={}, events=[], created_at=late.created_at)
    Audit.objects.filter(pk=late.pk).delete()
    work()
    index.drop(TICKET, [other.pk])

    Audit.objects.create(pk=late.pk, ticket=other, via={}, events=[], created_at=late.created_at)
    work()
    assert found("ultima") == [other.pk]

    frozen_clock.shift(timedelta(minutes=11))
    opened(rita, "Altra")
    work()
    assert SearchState.objects.get(pk="index").position["audits"]["gaps"] == {}


def test_desk_where_nothing_happens_writes_nothing(ticket, django_assert_num_queries):
    work()

    with django_assert_num_queries(4):
        assert not indexing.step()


def test_mail_pays_nothing_for_the_index(mailbox, rita, django_assert_num_queries):
    before = Ticket.objects.count()
    work()
    opened(rita)

    assert Ticket.objects.count() == before + 1
    assert found("richiesta") == []
