"""Who has which ticket before his eyes, and who may hear of it: told to the pages of a ticket and to lists."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sportello.desk.actions import presence
from sportello.desk.actions.presence import Here
from sportello.web.agent.live import told
from sportello.web.agent.live.frames import frame
from sportello.web.ui import marks

if TYPE_CHECKING:
    from sportello.web.agent.live.hub import Connection, Hub

# Comings and goings are written down together: whoever only passes by leaves no row.
TOGETHER_SECONDS = 0.25
# So long a right that was looked up holds.
RIGHTS_SECONDS = 10.0
# So often it is looked who is left, whatever is committed: processes die without a word.
LOOK_SECONDS = 10.0


class Crowd:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._pages: dict[int, set[Connection]] = defaultdict(set)
        self._came: dict[str, Connection] = {}
        self._left: set[str] = set()
        self._moves = asyncio.Event()
        self._people: dict[int, list[Here]] = {}
        self._seen: tuple[int, int] | None = None
        self._looked_at = 0.0
        self._rights: dict[tuple[int, int], tuple[bool, float]] = {}
        self._answering: dict[int, list[str]] = {}

    # --- coming and going -----------------------------------------------------------------------------------------

    def come(self, connection: "Connection") -> None:
        if connection.guest.ticket_id is not None:
            self._pages[connection.guest.ticket_id].add(connection)
            self._came[connection.key] = connection
            self._moves.set()

    def go(self, connection: "Connection") -> None:
        ticket_id = connection.guest.ticket_id
        if ticket_id is None:
            return
        self._pages[ticket_id].discard(connection)
        if not self._pages[ticket_id]:
            del self._pages[ticket_id]
        if self._came.pop(connection.key, None) is None:
            self._left.add(connection.key)
            self._moves.set()

    async def settle(self) -> None:
        """Write down who has come and gone."""
        await self._moves.wait()
        await asyncio.sleep(TOGETHER_SECONDS)
        self._moves.clear()
        came, left = self._came, self._left
        self._came, self._left = {}, set()
        rows = [(key, it.guest.agent.pk, it.guest.ticket_id or 0) for key, it in came.items()]
        try:
            await self._hub.ask(presence.settle, self._hub.process, rows, left)
        except Exception:
            self._came, self._left = {**came, **self._came}, left | self._left
            self._moves.set()
            raise

    async def beat(self) -> None:
        await asyncio.sleep(presence.BEAT_SECONDS)
        if self._pages:
            await self._hub.ask(presence.beat, self._hub.process)

    # --- who is there ---------------------------------------------------------------------------------------------

    async def look(self, seen: tuple[int, int]) -> None:
        """seen: another pair whenever somebody came, went or typed."""
        if seen == self._seen and time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        if not self._hub.connections:
            self._seen = None  # Whoever comes next finds out.
            return
        self._seen, self._looked_at = seen, time.monotonic()
        people: dict[int, list[Here]] = defaultdict(list)
        for here in await self._hub.ask(presence.everybody):
            if self._is_stale(here):
                self._left.add(here.connection)
                self._moves.set()
            else:
                people[here.ticket_id].append(here)
        before, self._people = self._people, dict(people)
        for ticket_id in list(self._pages):
            if people.get(ticket_id, []) != before.get(ticket_id, []):
                sent = self._frame(ticket_id)
                for connection in await self.permitted(ticket_id):
                    connection.put(sent)

    def _is_stale(self, here: Here) -> bool:
        """What he typed last arrived when his page had gone already."""
        own = here.connection.startswith(f"{self._hub.process}-")
        return own and all(here.connection != it.key for it in self._pages.get(here.ticket_id, ()))

    def greet(self, connection: "Connection") -> None:
        if connection.guest.ticket_id is not None:
            connection.put(self._frame(connection.guest.ticket_id))
        elif self._answering and connection.guest.sees_everything:
            connection.put(frame("answering", {"tickets": self._answering}))

    def _frame(self, ticket_id: int) -> bytes:
        """Each agent once, however many pages he has; what he types counts before that he looks."""
        people: dict[int, dict[str, Any]] = {}
        for here in self._people.get(ticket_id, ()):
            typing = here.typing or people.get(here.user_id, {}).get("typing", "")
            people[here.user_id] = {
                "id": here.user_id,
                "name": here.name,
                "initials": marks.initials(here.name),
                "colour": marks.person_colour(here.name),
                "typing": typing,
            }
        return frame("presence", {"ticket": ticket_id, "people": list(people.values())})

    async def tell_answering(self) -> None:
        """To lists: on which tickets somebody is writing an answer, when that has changed."""
        answering = {
            ticket_id: sorted({it.name for it in people if it.typing == "answer"})
            for ticket_id, people in self._people.items()
            if any(it.typing == "answer" for it in people)
        }
        if answering == self._answering:
            return
        self._answering = answering
        everything = frame("answering", {"tickets": answering})
        own = await self.seen(answering)
        for connection in list(self._hub.connections):
            if connection.guest.sees_everything:
                connection.put(everything)
            else:
                visible = own.get(connection.guest.agent.pk, set())
                shown = {ticket_id: names for ticket_id, names in answering.items() if ticket_id in visible}
                connection.put(frame("answering", {"tickets": shown}))

    # --- who may hear of it ---------------------------------------------------------------------------------------

    def watching(self, ticket_id: int) -> set["Connection"]:
        return self._pages.get(ticket_id, set())

    def forget_rights(self, ticket_id: int) -> None:
        """Others than before may see this ticket."""
        self._rights = {pair: known for pair, known in self._rights.items() if pair[1] != ticket_id}

    async def permitted(self, ticket_id: int) -> list["Connection"]:
        """The pages of the ticket whose agents may see it now; the others stop hearing of it."""
        pages = list(self.watching(ticket_id))
        if all(it.guest.sees_everything for it in pages):
            return pages
        now = time.monotonic()
        unknown = agents_of(pages, lambda agent_id: self._rights.get((agent_id, ticket_id), (False, 0.0))[1] <= now)
        if unknown:
            self._rights = {pair: known for pair, known in self._rights.items() if known[1] > now}
            for agent_id, visible in (await self._hub.ask(told.seen_by, unknown, [ticket_id])).items():
                self._rights[agent_id, ticket_id] = ticket_id in visible, now + RIGHTS_SECONDS
        allowed = []
        for page in pages:
            if page.guest.sees_everything or self._rights.get((page.guest.agent.pk, ticket_id), (False, 0.0))[0]:
                allowed.append(page)
            else:
                self.go(page)
                page.guest = page.guest.elsewhere()
        return allowed

    async def seen(self, ticket_ids: Iterable[int]) -> dict[int, set[int]]:
        """For each connected agent who does not see everything, by his id, those of the tickets that he sees."""
        agents = agents_of(self._hub.connections)
        wanted = sorted(ticket_ids)
        return await self._hub.ask(told.seen_by, agents, wanted) if agents and wanted else {}


def agents_of(pages: Iterable["Connection"], wanted: Callable[[int], bool] = lambda _agent_id: True) -> list[Any]:
    """The agents of these pages who do not see everything, each once."""
    guests = {it.guest.agent.pk: it.guest for it in pages if not it.guest.sees_everything}
    return [guest.agent for agent_id, guest in guests.items() if wanted(agent_id)]
