"""Agents connected live to one real process, all with the same ticket before their eyes; a comment on it each second.

python -m benchmarks.live [--agents 500] [--comments 30]

Says how long it takes from the commit until each has got the words, what the process weighs, and what it costs while
nothing happens. The listeners share the machine with it: the figures are upper bounds.
"""

import argparse
import asyncio
import os
import socket
import statistics
import sys
import time
from pathlib import Path

from benchmarks.fresh_desk import fresh_desk

IDLE_SECONDS = 10


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--agents", type=int, default=500)
    options.add_argument("--comments", type=int, default=30)
    arguments = options.parse_args()
    with fresh_desk(SECRET_KEY="a key for benchmarks only, it guards nothing") as folder:
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0, interactive=False)
        sessions, ticket_id, writer = _desk(arguments.agents)
        asyncio.run(_run(folder, sessions, ticket_id, writer, arguments.comments))


def _desk(count: int) -> tuple[list[str], int, object]:
    """The sessions of so many agents, a ticket, and a customer who writes on it."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from sportello.desk.actions import desks, people, tickets
    from sportello.desk.words import Role, Via

    mailbox = desks.add_mailbox("help@desk.example")
    rita = people.add("Rita Rossi", "rita@rossi.example")
    words = tickets.Words("Non stampa.")
    ticket = tickets.open_ticket(
        requester=rita, subject="La stampante", words=words, actor=rita, via=Via.EMAIL, mailbox_id=mailbox.pk
    )
    store, keys = import_module(settings.SESSION_ENGINE).SessionStore, []
    for number in range(count):
        language = "it" if number % 2 else "en"
        agent = people.add(f"Agent {number}", f"agent{number}@desk.example", role=Role.AGENT, language=language)
        session = store()
        session[SESSION_KEY] = str(agent.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
        session.save()
        keys.append(session.session_key)
    return keys, ticket.pk, rita


class Listener(asyncio.Protocol):
    """One page: notes when the words of a comment have come. Bytes only, so that listening costs little."""

    got: dict[bytes, list[float]] = {}
    greeted = 0

    def __init__(self, request: bytes) -> None:
        self._request, self._text = request, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        *frames, self._text = (self._text + data).split(b"\n\n")
        for frame in frames:
            if b"event: hello" in frame:
                Listener.greeted += 1
            elif b"event: ticket" in frame:
                self.got[frame.partition(b"[[")[2].partition(b"]]")[0]].append(now)


async def _run(folder: Path, sessions: list[str], ticket_id: int, rita: object, comments: int) -> None:
    from sportello.desk.actions import tickets
    from sportello.desk.words import Via

    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port, (links, answer) = listener.getsockname()[1], os.pipe()
    files = (listener.fileno(), answer)
    command = ("-m", "sportello", "process", "web", "--socket", str(files[0]), "--answer", str(files[1]))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, pass_fds=files)
    os.close(links)
    try:
        await _until_open(port)
        bare, idle = _memory(process.pid), await _cpu(process.pid)
        print(f"nobody connected: {bare:.0f} MB, {idle:.1f} % of a core")
        loop, began = asyncio.get_running_loop(), time.perf_counter()
        for key in sessions:
            request = (
                f"GET /live?ticket={ticket_id}&since=999999999 HTTP/1.1\r\nHost: localhost:{port}\r\n"
                f"Cookie: sportello_session={key}\r\n\r\n"
            )
            await loop.create_connection(lambda request=request: Listener(request.encode()), "127.0.0.1", port)
        while Listener.greeted < len(sessions):
            await asyncio.sleep(0.05)
        print(f"{len(sessions)} agents connected in {time.perf_counter() - began:.1f} s")
        await asyncio.sleep(5)
        full, idle = _memory(process.pid), await _cpu(process.pid)
        each = 1024 * (full - bare) / len(sessions)
        print(f"all connected, nothing happens: {full:.0f} MB ({each:.0f} kB each), {idle:.1f} % of a core")
        delays: list[float] = []
        for number in range(comments):
            Listener.got[str(number).encode()] = arrived = []
            words = tickets.Words(f"È ancora ferma. [[{number}]]")
            await asyncio.to_thread(tickets.hear, ticket_id, words, actor=rita, via=Via.EMAIL)
            committed = time.perf_counter()
            await asyncio.sleep(1)
            delays += [at - committed for at in arrived]
        _say(delays, len(sessions) * comments)
    finally:
        process.terminate()
        await process.wait()


def _say(delays: list[float], wanted: int) -> None:
    if len(delays) < wanted:
        print(f"{wanted - len(delays)} of {wanted} did not come within a second")
    if delays:
        cuts = statistics.quantiles(delays, n=20)
        median, last = 1000 * statistics.median(delays), 1000 * cuts[18]
        print(f"from the commit to the page: median {median:.0f} ms, p95 {last:.0f} ms")


async def _until_open(port: int) -> None:
    async with asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /alive HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()


def _memory(pid: int) -> float:
    """Megabytes of the process, by what it has of its own (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


async def _cpu(pid: int) -> float:
    """Per cent of a core over IDLE_SECONDS."""

    def spent() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = spent()
    await asyncio.sleep(IDLE_SECONDS)
    return 100 * (spent() - before) / IDLE_SECONDS


if __name__ == "__main__":
    main()
