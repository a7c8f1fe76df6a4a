import pytest
from django.db.models import Q

from sportello.desk import access
from sportello.desk.actions import tickets
from sportello.desk.models import Ticket, User
from sportello.desk.words import Via
from sportello.web.agent.prepared import prepared


@prepared
def visible(agent, ticket_id):
    return access.tickets(agent).filter(pk=ticket_id).values_list("subject", flat=True)


@pytest.mark.parametrize("restriction", User.TicketRestriction.values)
def test_prepared_shows_to_each_agent_what_access_shows(ticket, ada, anna, ben, restriction):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    for agent in (ada, anna, ben):
        agent.ticket_restriction = restriction

    for agent in (ada, anna, ben, ada):
        assert visible(agent, ticket.pk) == list(visible.queryset(agent, ticket.pk))


def test_prepared_for_somebody_inactive_shows_nothing(ticket, anna):
    assert visible(anna, ticket.pk) == [ticket.subject]

    anna.active = False

    assert visible(anna, ticket.pk) == []


def test_prepared_reads_models_with_what_belongs_to_them(ticket, anna, rita, django_assert_num_queries):
    fetch = prepared(access.one_ticket)
    fetch(anna, ticket.pk)

    with django_assert_num_queries(1):
        (found,) = fetch(anna, ticket.pk)
        names = found.requester.name, found.assignee, getattr(found, "satisfaction_rating", None)

    assert names == (rita.name, None, None)
    assert {name: getattr(found, name) for name in ("created_at", "silent", "group_id")} == {
        name: getattr(Ticket.objects.get(pk=ticket.pk), name) for name in ("created_at", "silent", "group_id")
    }


def test_prepared_takes_as_many_keys_as_there_are(ticket, anna):
    fetch = prepared(lambda agent, *ids: access.tickets(agent).filter(pk__in=ids).values_list("pk"))

    assert [fetch(anna), fetch(anna, ticket.pk), fetch(anna, ticket.pk, 0)] == [[], [(ticket.pk,)], [(ticket.pk,)]]


def test_prepared_that_looks_at_a_key_is_refused(ticket, anna):
    fetch = prepared(lambda agent, key: access.tickets(agent).filter(Q(pk=1) if key else Q()))

    with pytest.raises(AssertionError):
        fetch(anna, 5)


def test_prepared_for_a_rule_that_asks_for_more_than_rights_fails(ticket, anna):
    fetch = prepared(lambda agent: access.tickets(agent).filter(organization=agent.organization_id))

    with pytest.raises(User.DoesNotExist):
        fetch(anna)
