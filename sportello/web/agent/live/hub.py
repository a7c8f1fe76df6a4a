"""One for each web process: it follows the database and tells every agent who is connected what concerns him.

Native asyncio on the server's own loop; what asks the database runs in threads of its own, so that no connection to it
is held for a browser that only listens. docs/algorithms/live.md
"""

import asyncio
import contextlib
import logging
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

from sportello.desk import news
from sportello.desk.actions import presence
from sportello.kit import wake
from sportello.kit.log import describe
from sportello.web.agent.live import crowd, told
from sportello.web.agent.live.frames import PING, frame
from sportello.web.agent.live.told import Guest

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# Whoever is this many events behind is let go; he comes again and catches up.
MOST_WAITING = 64
MOST_CONNECTIONS = 2_000
MOST_TABS = 20
LOOK_SECONDS = 2.0
LISTS_SECONDS = 1.0
PING_SECONDS = 25.0
SESSION_SECONDS = 30.0
# Whoever missed more updates looks at all he has anew.
MOST_MISSED = 200


class Connection:
    """One page of one agent. Frames wait here until his line takes them."""

    def __init__(self, guest: Guest, key: str) -> None:
        self.guest, self.key = guest, key
        self.waiting: deque[bytes] = deque()
        self.woken = asyncio.Event()
        self.is_ended = False

    def put(self, sent: bytes) -> None:
        if len(self.waiting) >= MOST_WAITING:
            self.end()
        elif not self.is_ended:
            self.waiting.append(sent)
            self.woken.set()

    def end(self, last: bytes = b"") -> None:
        """Close the stream, after `last`; the browser comes again unless that tells it not to."""
        if last:
            self.waiting.append(last)
        self.is_ended = True
        self.woken.set()


class Hub:
    """start() and close() on the loop; everything else happens there too."""

    def __init__(self) -> None:
        self.process = secrets.token_hex(6)
        self.connections: set[Connection] = set()
        self.crowd = crowd.Crowd(self)
        self._reader: told.Reader | None = None
        self._rang = asyncio.Event()
        self._stop = threading.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._changed: set[int] = set()
        # Of what cannot be named to everybody: a ticket went out of somebody's sight; mail is held.
        self._is_stirred = False
        self._held: int | None = None
        # Whoever comes must not wait behind what is told, nor the other way round.
        self._following = ThreadPoolExecutor(1, "live")
        self._receiving = ThreadPoolExecutor(2, "live-in")

    # --- its life -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """From its end on the pages of this process know up to where they know everything, and listen."""
        loop = asyncio.get_running_loop()
        try:
            self._reader = await self.ask(told.Reader.begin)
        except Exception as error:
            logger.error("live=begin failed error=%s", describe(error))
        self._tasks = [
            loop.create_task(self._always(step)) for step in (self._follow, self._tell_lists, self.crowd.settle)
        ]
        self._tasks += [loop.create_task(self._always(step)) for step in (self._ping, self._ask_who, self.crowd.beat)]

        def ring() -> None:
            with contextlib.suppress(RuntimeError):  # The loop has ended.
                loop.call_soon_threadsafe(self._rang.set)

        threading.Thread(target=wake.watch, args=(ring, self._stop), name="watch", daemon=True).start()

    def close(self) -> None:
        """Let everybody go; their browsers come again."""
        self._stop.set()
        for task in self._tasks:
            task.cancel()
        for connection in self.connections:
            connection.end()

    async def end(self) -> None:
        """After close: nobody is here any more, for other processes too."""
        with contextlib.suppress(Exception):
            await self.ask(presence.end, self.process)
            await self.ask(connections.close_all)
        self._following.shutdown(wait=False, cancel_futures=True)
        self._receiving.shutdown(wait=False, cancel_futures=True)

    @property
    def settled(self) -> int | None:
        """Up to this audit everything was told; None: it does not follow yet."""
        return self._reader.updates.settled if self._reader else None

    async def _always(self, step: Callable[[], Any]) -> None:
        while True:
            try:
                await step()
            except Exception as error:
                logger.error("live=%s failed error=%s", step.__name__, describe(error))
                await asyncio.sleep(1.0)

    async def ask(self, question: Callable[..., Answer], *values: Any) -> Answer:
        """Ask the database in the thread that follows it."""
        return await asyncio.get_running_loop().run_in_executor(self._following, told.in_thread(question), *values)

    async def receive(self, question: Callable[..., Answer], *values: Any) -> Answer:
        """The same for whoever comes."""
        return await asyncio.get_running_loop().run_in_executor(self._receiving, told.in_thread(question), *values)

    # --- who listens ----------------------------------------------------------------------------------------------

    def join(self, guest: Guest) -> Connection | None:
        """None: there is no room."""
        own = sum(it.guest.agent.pk == guest.agent.pk for it in self.connections)
        if len(self.connections) >= MOST_CONNECTIONS or own >= MOST_TABS or self._stop.is_set():
            return None
        connection = Connection(guest, f"{self.process}-{secrets.token_hex(6)}")
        self.connections.add(connection)
        self.crowd.come(connection)
        return connection

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self.crowd.go(connection)

    async def greet(self, connection: Connection, since: int | None) -> None:
        """What a page needs at first: its key, who is there, and what happened since it was drawn."""
        key, newest = self.settled, self._reader.updates.newest if self._reader else 0
        hello = {"connection": connection.key, "agent": connection.guest.agent.pk}
        connection.put(frame("hello", hello, key))
        self.crowd.greet(connection)
        if key is None or (since is not None and since >= newest):
            return
        # A page that does not know since when looks at all it has anew.
        missed = None if since is None else await self.receive(news.tickets_since, since, MOST_MISSED)
        guest, is_much = connection.guest, missed is None
        if missed and not guest.sees_everything:
            visible = await self.receive(told.seen, guest.agent, missed)
            missed = [ticket_id for ticket_id in missed if ticket_id in visible]
        if guest.ticket_id is not None and (is_much or guest.ticket_id in (missed or ())):
            connection.put(frame("ticket", {"ticket": guest.ticket_id}, key))
        connection.put(frame("lists", {"tickets": missed or [], "spread": self._spread()}, key))

    # --- what happened --------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        if self._reader is None:
            self._reader = await self.ask(told.Reader.begin)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rang.wait(), LOOK_SECONDS)
        self._rang.clear()
        reader = self._reader
        look, happened, noticed = await self.ask(reader.look)
        while happened or noticed:
            await self._tell(happened, noticed)
            look, happened, noticed = await self.ask(reader.look)
        self._is_stirred |= self._held not in (None, look.held)
        self._held = look.held
        await self.crowd.look(look.presences)

    async def _tell(self, happened: list[news.Happening], noticed: list[tuple[int, int]]) -> None:
        by_ticket: dict[int, list[news.Happening]] = defaultdict(list)
        for it in happened:
            by_ticket[it.ticket_id].append(it)
        self._changed |= by_ticket.keys()
        self._is_stirred |= any(it.is_moved for it in happened)
        for ticket_id, some in by_ticket.items():
            watching = self.crowd.watching(ticket_id)
            if watching:
                if any(it.is_moved for it in some):
                    self.crowd.forget_rights(ticket_id)
                await self._tell_ticket(ticket_id, some, await self.crowd.permitted(ticket_id))
        if noticed:
            await self._tell_notices(noticed)

    async def _tell_ticket(self, ticket_id: int, some: list[news.Happening], watching: list[Connection]) -> None:
        """An update, with the words that were said in it, once for each way of reading."""
        assert self._reader is not None
        key, by = self._reader.updates.settled, some[-1].author_id
        data: dict[str, Any] = {"ticket": ticket_id, "by": by, "spread": len(watching) * 0.05}
        readers: dict[told.Reading, list[Connection]] = defaultdict(list)
        for connection in watching:
            readers[connection.guest.reading].append(connection)
        words = [it.audit_id for it in some if it.has_words]
        found: dict[told.Reading, told.Fragment] = {}
        is_said = bool(words)
        if words and watching:
            try:
                agents = {way: pages[0].guest.agent for way, pages in readers.items()}
                found = await self.ask(told.said_since, ticket_id, min(words), agents)
                is_said = any(it.latest for it in found.values())
            except Exception as error:  # The pages fetch the words themselves.
                logger.error("live=said_since failed ticket=%s error=%s", ticket_id, describe(error))
        for way, pages in readers.items():
            said = found.get(way)
            spoken = {"html": said.html, "latest": said.latest, "name": said.by} if said and said.latest else {}
            sent = frame("ticket", {**data, **spoken, "words": is_said}, key)
            for page in pages:
                page.put(sent)

    async def _tell_notices(self, noticed: list[tuple[int, int]]) -> None:
        ids: dict[int, list[int]] = defaultdict(list)
        for notice_id, user_id in noticed:
            ids[user_id].append(notice_id)
        for connection in [it for it in self.connections if it.guest.agent.pk in ids]:
            for spoken in await self.ask(told.told_to, connection.guest, ids[connection.guest.agent.pk]):
                connection.put(frame("notice", spoken))

    async def _tell_lists(self) -> None:
        """Once a second at most: what makes lists and counts another."""
        await asyncio.sleep(LISTS_SECONDS)
        changed, stirred = self._changed, self._is_stirred
        self._changed, self._is_stirred = set(), False
        await self.crowd.tell_answering()
        if not changed and not stirred:
            return
        key, spread = self.settled, self._spread()
        everything = frame("lists", {"tickets": sorted(changed), "spread": spread}, key)
        own = await self.crowd.seen(changed)
        for connection in list(self.connections):
            guest = connection.guest
            if guest.sees_everything:
                connection.put(everything)
            else:
                # One that has gone out of his sight leaves his lists too: he looks anew, and nothing is named.
                visible = sorted(own.get(guest.agent.pk, ()))
                if visible or stirred:
                    connection.put(frame("lists", {"tickets": visible, "spread": spread}, key))

    def _spread(self) -> float:
        """Over how many seconds the pages shall ask, so that all of them do not ask at once."""
        return max(0.5, len(self.connections) * 0.06)

    # --- keeping it alive -----------------------------------------------------------------------------------------

    async def _ping(self) -> None:
        await asyncio.sleep(PING_SECONDS)
        for connection in self.connections:
            if not connection.waiting:
                connection.put(PING)

    async def _ask_who(self) -> None:
        """Whoever has signed out or may not work here any more hears nothing from now on."""
        await asyncio.sleep(SESSION_SECONDS)
        await self.check_sessions()

    async def check_sessions(self) -> None:
        keys = sorted({it.guest.session_key for it in self.connections})
        for start in range(0, len(keys), 50):
            found = await self.receive(told.still_here, keys[start : start + 50])
            for connection in [it for it in self.connections if it.guest.session_key in found]:
                agent = found[connection.guest.session_key]
                if agent is None or agent.pk != connection.guest.agent.pk:
                    connection.end(frame("end", {}))
                else:
                    connection.guest = connection.guest.as_now(agent)


# The hub of this process. Pages ask it up to where they know everything.
HUB = Hub()
