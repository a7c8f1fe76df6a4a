"""The hub on a loop of its own, without HTTP: who hears what, and who is let go."""

import asyncio
import json
import time

import pytest

from sportello.desk.actions import notifications, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import CustomRole, User
from sportello.desk.words import NoticeKind, Via
from sportello.kit import clock
from sportello.web.agent.live import hub as live
from sportello.web.agent.live import told
from sportello.web.agent.live.hub import MOST_TABS, MOST_WAITING, Connection, Hub
from sportello.web.agent.live.told import Guest
from tests.web.agent.live.streams import session_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(live, "LISTS_SECONDS", 0.1)


def guest(person, ticket=None, language="en", session_key=""):
    return Guest(person, session_key, language, "Europe/Rome", ticket and ticket.pk)


def frames(connection):
    """What waits for it, as (event, data)."""
    found = []
    for text in b"".join(connection.waiting).decode().split("\n\n"):
        said = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith("id"))
        if "event" in said:
            found.append((said["event"], json.loads(said["data"])))
    return found


def heard(connection, event):
    return [data for name, data in frames(connection) if name == event]


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def live_through(story):
    """Run story(hub) on a hub that follows the database."""

    async def whole():
        hub = Hub()
        await hub.start()
        try:
            await until(lambda: hub.settled is not None)
            await story(hub)
        finally:
            hub.close()
            await hub.end()

    asyncio.run(whole())


async def do(verb, *args, **kwargs):
    await asyncio.get_running_loop().run_in_executor(None, told.in_thread(lambda: verb(*args, **kwargs)))


def test_words_are_rendered_once_for_each_language(real_database, ticket, anna, ada, ben, rita, monkeypatch):
    asked = []
    monkeypatch.setattr(told, "_fragment", lambda *args: asked.append(args[3:]) or told.Fragment("<p>x</p>", 1, "R"))

    async def story(hub):
        pages = [hub.join(guest(anna, ticket, "it")) for _page in range(5)]
        pages += [hub.join(guest(ada, ticket)) for _page in range(5)]
        await do(tickets.hear, ticket.pk, Words("Ancora."), actor=rita, via=Via.EMAIL)
        await until(lambda: all(heard(it, "ticket") for it in pages))

        assert len({bytes(b"".join(it.waiting)) for it in pages[:5]}) == 1

    live_through(story)

    assert sorted(asked) == [("en", "Europe/Rome"), ("it", "Europe/Rome")]


def test_words_offer_what_their_reader_may_do(real_database, ticket, anna, ada, rita):
    now = clock.now()
    role = CustomRole.objects.create(name="Light", permissions=[], created_at=now, updated_at=now)
    User.objects.filter(pk=anna.pk).update(custom_role=role)
    light = User.objects.select_related("custom_role").get(pk=anna.pk)

    async def story(hub):
        pages = [hub.join(guest(person, ticket)) for person in (light, ada)]
        await do(tickets.hear, ticket.pk, Words("Ancora."), actor=rita, via=Via.EMAIL)
        await until(lambda: all(heard(it, "ticket") for it in pages))

        assert ["/split" in heard(it, "ticket")[0]["html"] for it in pages] == [False, True]

    live_through(story)


def test_words_that_cannot_be_rendered_are_fetched(real_database, ticket, anna, rita, monkeypatch):
    def broken(*_args):
        raise ValueError

    monkeypatch.setattr(told, "said_since", broken)

    async def story(hub):
        page = hub.join(guest(anna, ticket))
        await do(tickets.hear, ticket.pk, Words("Ancora."), actor=rita, via=Via.EMAIL)
        await until(lambda: heard(page, "ticket"))

        (data,) = heard(page, "ticket")
        assert (data["words"], "html" in data) == (True, False)

    live_through(story)


def test_right_that_is_revoked_stops_the_ticket(real_database, ticket, group, anna, rita, ada):
    User.objects.filter(pk=anna.pk).update(ticket_restriction="groups")
    anna.refresh_from_db()

    async def story(hub):
        page = hub.join(guest(anna, ticket))
        await do(tickets.hear, ticket.pk, Words("Primo."), actor=rita, via=Via.EMAIL)
        await until(lambda: heard(page, "ticket"))
        await until(lambda: any(data["tickets"] for data in heard(page, "lists")))
        page.waiting.clear()

        await do(tickets.update, ticket.pk, Change(group=None), actor=ada, via=Via.WEB)
        await do(tickets.hear, ticket.pk, Words("Secondo."), actor=rita, via=Via.EMAIL)
        await until(lambda: heard(page, "lists"))
        await asyncio.sleep(0.3)

        # That his lists are another he may know; not of which ticket.
        assert heard(page, "ticket") == []
        assert all(data["tickets"] == [] for data in heard(page, "lists"))
        assert page.guest.ticket_id is None

    live_through(story)


def test_page_that_knows_more_than_is_settled_here_is_caught_up_all_the_same(real_database, ticket, anna, rita):
    async def story(hub):
        known = hub.settled
        hub._reader.updates.gaps[0] = time.monotonic()  # One that another process knows to have been rolled back.
        await do(tickets.hear, ticket.pk, Words("Ancora."), actor=rita, via=Via.EMAIL)
        await until(lambda: hub._reader.updates.newest > known)

        page = Connection(guest(anna, ticket), "x")
        await hub.greet(page, known)

        assert hub.settled < known
        assert heard(page, "ticket") == [{"ticket": ticket.pk}]

    live_through(story)


def test_agent_who_may_not_work_here_any_more_is_let_go(real_database, anna, ada):
    keys = {person: session_of(person) for person in (anna, ada)}

    async def story(hub):
        pages = {person: hub.join(guest(person, session_key=key)) for person, key in keys.items()}
        await do(User.objects.filter(pk=anna.pk).update, active=False)

        await hub.check_sessions()

        assert [it.is_ended for it in pages.values()] == [True, False]
        assert frames(pages[anna])[-1] == ("end", {})

    live_through(story)


def test_notice_reaches_its_agent_alone(real_database, ticket, anna, ada):
    async def story(hub):
        pages = [hub.join(guest(anna)), hub.join(guest(anna)), hub.join(guest(ada))]
        await do(notifications.tell, [anna.pk], NoticeKind.MENTION, ticket_id=ticket.pk, author=ada)
        await until(lambda: heard(pages[0], "notice") and heard(pages[1], "notice"))

        (notice,) = heard(pages[0], "notice")
        assert (notice["text"], notice["unread"], notice["ticket"]) == ("Ada Admin named you", "1", ticket.pk)
        assert heard(pages[2], "notice") == []

    live_through(story)


def test_lists_hear_who_is_answering_where_they_may(real_database, ticket, anna, ada, ben):
    from sportello.desk.actions import presence

    async def story(hub):
        writing, looking, outside = hub.join(guest(anna, ticket)), hub.join(guest(ada)), hub.join(guest(ben))
        await until(lambda: heard(writing, "presence"))
        await do(presence.begin_typing, writing.key, "answer", ticket_id=ticket.pk, actor=anna)
        await until(lambda: heard(looking, "answering"))

        assert heard(looking, "answering") == [{"tickets": {str(ticket.pk): ["Anna Conti"]}}]
        assert all(data == {"tickets": {}} for data in heard(outside, "answering"))

    live_through(story)


def test_who_takes_nothing_any_more_is_let_go(anna):
    async def story():
        page = Connection(guest(anna), "x")
        for _frame in range(MOST_WAITING + 1):
            page.put(b"x")

        assert (page.is_ended, len(page.waiting)) == (True, MOST_WAITING)

    asyncio.run(story())


def test_agent_has_so_many_tabs_and_no_more(anna):
    async def story():
        hub = Hub()
        pages = [hub.join(guest(anna)) for _tab in range(MOST_TABS)]

        assert all(pages)
        assert hub.join(guest(anna)) is None
        hub.leave(pages[0])
        assert hub.join(guest(anna)) is not None

    asyncio.run(story())


@pytest.mark.parametrize("count", [1, 9, 11, 150])
def test_sight_is_asked_for_as_many_tickets_as_there_are(ticket, anna, ben, count):
    ids = [*range(ticket.pk, ticket.pk + count)]

    assert told.seen(anna, ids) == {ticket.pk}
    assert told.seen(ben, ids) == set()
