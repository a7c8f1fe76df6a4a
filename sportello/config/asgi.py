"""The web process: plain HTTP goes to Django's WSGI handler in a pool of threads.

Django's own ASGI handler hops threads for every middleware and opens a database connection for every request; this
way a page takes less than half the time (docs/decisions). What lasts, the stream of events, is native asyncio.
"""

import logging
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.handlers.wsgi import WSGIHandler
from django.urls import get_resolver

from sportello.config.wsgi import application as wsgi
from sportello.web.agent.live import hub as live
from sportello.web.agent.live.stream import PATH, stream

logger = logging.getLogger(__name__)

THREADS = 8


class Application:
    """HTTP to Django; the lifespan warms up what the first page would otherwise wait for."""

    def __init__(self, django: WSGIHandler) -> None:
        self._http = WSGIMiddleware(cast(Any, django), workers=THREADS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await stream(live.HUB, scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    def close(self) -> None:
        """The server begins to stop: whoever listens is let go, so that it need not wait for them."""
        live.HUB.close()

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        get_resolver().url_patterns  # noqa: B018  imports every handler
        await live.HUB.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.close()
        await live.HUB.end()
        await send({"type": "lifespan.shutdown.complete"})


application = Application(wsgi)
