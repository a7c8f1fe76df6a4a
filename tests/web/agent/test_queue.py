from datetime import timedelta

import pytest

from sportello.desk.actions import desks, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Ticket
from sportello.desk.words import Status, Via
from sportello.kit import clock


def rows(response):
    return [row for group in response.context["list"].table.groups for row in group.rows]


def subjects(response):
    return [row.subject for row in rows(response)]


def more_tickets(rita, group, count):
    now = clock.now()
    for number in range(count):
        with clock.at(now + timedelta(minutes=number)):
            tickets.open_ticket(
                requester=rita,
                subject=f"Request {number}",
                words=Words("Please help."),
                actor=rita,
                via=Via.WEB,
                group=group,
                tags=("printer",),
            )


@pytest.mark.parametrize(("name", "finished", "said"), [("ada", False, 1), ("ada", True, 0), ("anna", False, 0)])
def test_queue_leads_an_administrator_back_to_the_unfinished_set_up(enter, request, name, finished, said):
    person = request.getfixturevalue(name)
    if finished:
        desks.finish_set_up()

    page = enter(person).get("/tickets").content.decode()

    assert page.count("The set-up is not finished.") == said
    assert page.count('href="/setup/here/mail-in"') == said


def test_queue_banner_leads_to_the_set_up_from_anywhere(enter, ada, settings):
    settings.PUBLIC_URL = "https://desk.example.org"

    assert enter(ada).get("/setup/here/mail-in", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_queue_waiting_shows_who_waited_longest_first(enter, usual, anna, ticket, rita, group):
    more_tickets(rita, group, 2)

    response = enter(anna).get(usual["waiting"])

    assert subjects(response) == ["La stampante non stampa", "Request 0", "Request 1"]


def test_queue_mine_shows_only_mine(enter, usual, anna, ticket, rita, group):
    more_tickets(rita, group, 1)
    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)

    assert subjects(enter(anna).get(usual["mine"])) == ["La stampante non stampa"]
    assert subjects(enter(anna).get(usual["unassigned"])) == ["Request 0"]


def test_queue_for_an_agent_outside_the_group_leaks_nothing(enter, usual, ben, ticket):
    for address in usual.values():
        response = enter(ben).get(address)

        assert "stampante" not in response.content.decode()


def test_queue_for_a_customer_is_not_there(enter, usual, rita, ticket):
    assert enter(rita).get(usual["waiting"]).status_code == 404


def test_queue_without_sign_in_asks_for_it(client, usual):
    assert client.get(usual["waiting"]).status_code == 302


def test_queue_marks_what_was_not_read(enter, usual, anna, ticket):
    before = rows(enter(anna).get(usual["waiting"]))[0].is_unread
    enter(anna).post(f"/tickets/{ticket.id}/reading")
    after = rows(enter(anna).get(usual["waiting"]))[0].is_unread

    assert (before, after) == (True, False)


def test_queue_counts_are_capped(enter, usual, anna, rita, group, mailbox):
    more_tickets(rita, group, 102)

    *links, _all_views = enter(anna).get(usual["waiting"]).context["nav"]["groups"][0]["links"]

    assert [link.count for link in links] == ["100+", "", "100+", "100+", ""]


def test_queue_pages_by_key_show_every_ticket_once(enter, usual, anna, rita, group, mailbox):
    more_tickets(rita, group, 102)
    agent = enter(anna)

    first = agent.get(usual["waiting"])
    second = agent.get(usual["waiting"] + first.context["list"].page.older_url)
    third = agent.get(usual["waiting"] + second.context["list"].page.older_url)
    back = agent.get(usual["waiting"] + third.context["list"].page.newer_url)

    assert subjects(first) + subjects(second) + subjects(third) == [f"Request {number}" for number in range(102)]
    assert subjects(back) == subjects(second)
    assert (first.context["list"].page.newer_url, third.context["list"].page.older_url) == (None, None)


@pytest.mark.parametrize("key", ["after=nonsense", "before=_", "after=2026-01-01_7", "after=2026-01-01T00:00:00Z_x"])
def test_queue_with_a_mangled_key_shows_the_first_page(enter, usual, anna, ticket, key):
    assert subjects(enter(anna).get(f"{usual['waiting']}?{key}")) == ["La stampante non stampa"]


def test_queue_solved_shows_the_latest_first(enter, usual, anna, ticket, rita, group):
    more_tickets(rita, group, 1)
    for number, found in enumerate(Ticket.objects.order_by("id")):
        with clock.at(clock.now() + timedelta(hours=number)):
            tickets.update(found.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)

    assert subjects(enter(anna).get(usual["solved"])) == ["Request 0", "La stampante non stampa"]


def test_queue_of_one_and_of_three_tickets_asks_as_many_queries(
    enter, usual, anna, ticket, rita, group, django_assert_num_queries
):
    agent = enter(anna)
    agent.get(usual["waiting"])
    with django_assert_num_queries(8):
        agent.get(usual["waiting"])
    more_tickets(rita, group, 2)

    with django_assert_num_queries(8):
        agent.get(usual["waiting"])


def test_next_leads_to_the_ticket_that_waits_and_makes_it_his(enter, anna, ticket):
    response = enter(anna).post("/tickets/next")

    ticket.refresh_from_db()
    assert response.headers["Location"] == f"/tickets/{ticket.pk}"
    assert ticket.assignee == anna


def test_next_when_nobody_waits_says_so(enter, anna, ticket):
    response = enter(anna).post(
        "/tickets/next", {"after": str(ticket.pk)}, follow=True, headers={"Accept-Language": "en"}
    )

    ticket.refresh_from_db()
    assert response.redirect_chain == [("/tickets", 302)]
    assert ticket.assignee is None


@pytest.mark.parametrize(("name", "method", "status"), [("rita", "post", 404), ("anna", "get", 405)])
def test_next_is_for_agents_and_by_post_alone(enter, request, ticket, name, method, status):
    client = enter(request.getfixturevalue(name))

    assert getattr(client, method)("/tickets/next").status_code == status
