"""GET /live: the stream of one page, as a native ASGI endpoint. ?ticket= the one it shows, ?since= what it knows."""

import asyncio
import logging
from typing import Any
from urllib.parse import parse_qs

from sportello.kit.log import describe
from sportello.web.agent.live import told
from sportello.web.agent.live.frames import RETRY
from sportello.web.agent.live.hub import Connection, Hub

logger = logging.getLogger(__name__)

PATH = "/live"
# A line that has taken nothing for so long is dead.
SEND_SECONDS = 20.0
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def stream(hub: Hub, scope: Any, receive: Any, send: Any) -> None:
    """Answer one request with what happens, until either side ends it."""
    if scope["method"] != "GET":
        return await _refuse(send, 405)
    try:
        guest = await hub.receive(told.let_in, scope)
    except told.Closed as closed:
        return await _refuse(send, closed.status)
    except Exception as error:
        logger.error("live=let_in failed error=%s", describe(error))
        return await _refuse(send, 503)
    connection = hub.join(guest)
    if connection is None:
        return await _refuse(send, 503)
    gone = asyncio.ensure_future(_until_gone(receive, connection))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        connection.waiting.append(RETRY)
        await hub.greet(connection, _since(scope))
        await _pass_on(connection, send)
    except TimeoutError:
        logger.info("live=stream user=%s takes nothing any more", guest.agent.pk)
    finally:
        gone.cancel()
        hub.leave(connection)


async def _pass_on(connection: Connection, send: Any) -> None:
    while True:
        if connection.waiting:
            body = b"".join(connection.waiting)
            connection.waiting.clear()
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": body, "more_body": True})
        elif connection.is_ended:
            return await send({"type": "http.response.body", "body": b""})
        else:
            connection.woken.clear()
            await connection.woken.wait()


async def _until_gone(receive: Any, connection: Connection) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    connection.end()


def _since(scope: Any) -> int | None:
    """The audit that the page knows: what the browser remembers of the stream counts before what the address says."""
    said = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    said = said or parse_qs(scope["query_string"].decode("latin-1")).get("since", [""])[0]
    return int(said) if said.isdecimal() and len(said) < 19 else None


async def _refuse(send: Any, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
