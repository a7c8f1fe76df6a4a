"""The hub over HTTP: POST /files, GET /publications, /publications/MONTH, /publications/MONTH/COHORT, GET /method.

Answers in JSON. The log says what happened, never who: no address, no desk.
"""

import asyncio
import contextlib
import ipaddress
import json
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import structlog

from sportello.kit.statistics import ENOUGH
from sportello.kit.terminal import LANGUAGES

from . import exchange
from .distribution import MINIMUM, PARTS, ROUND
from .file import LIMIT, VERSION, read_month
from .hub import HOUR, TAKEN_FOR, Hub
from .profile import WORDS as PROFILE_WORDS
from .publication import KINDS
from .refusals import Refused, in_language
from .series import ALL, METHODS

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

STATUS = {
    "too_large": 413,
    "too_many": 429,
    "month_frozen": 409,
    "replayed": 409,
    "not_published": 404,
    "hub_full": 507,
    "too_slow": 408,
}
BODY_SECONDS = 10.0
STEP_SECONDS = 60.0
MOST_IN_MEMORY = 64  # answers; the largest, of a whole month, has some 300,000 bytes
log = structlog.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Application:
    """ASGI. source: how the hub calls itself in what it publishes."""

    def __init__(self, hub: Hub, source: str) -> None:
        self._hub = hub

        @lru_cache(maxsize=MOST_IN_MEMORY)
        def published(month: str, cohort: str) -> bytes:
            """What is published never changes."""
            return exchange.as_bytes(hub.published(month, source, cohort))

        self._published = published

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                status, said = await self._answer(scope, receive)
            except Refused as refused:
                log.info("refused", code=refused.code)
                status, said = STATUS.get(refused.code, 422), _error(refused)
            except Exception:  # A full disk: said in one line, without what uvicorn would print.
                log.error("failed", exc_info=True)
                status, said = 500, _json({"error": {"code": "failed"}})
            await _send(send, status, said)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        stepping = asyncio.create_task(self._step_for_ever())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stepping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stepping
        await send({"type": "lifespan.shutdown.complete"})

    async def _step_for_ever(self) -> None:
        while True:
            try:
                for month in await asyncio.to_thread(self._hub.step, _now()):
                    log.info("published", month=month)
            except Exception:  # A full disk is no reason to stop answering; the next step tries again.
                log.error("step failed", exc_info=True)
            await asyncio.sleep(STEP_SECONDS)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        method, path = scope["method"], unquote(scope["path"]).strip("/").split("/")
        match method, path:
            case "POST", ["files"]:
                return await self._file(scope, receive)
            case "GET", ["publications"]:
                return 200, _json({"months": await asyncio.to_thread(self._hub.months)})
            case "GET", ["publications", month] | ["publications", month, _]:
                cohort = path[2] if len(path) == 3 else ""
                return 200, await asyncio.to_thread(self._published, read_month(month), cohort)
            case "GET", ["method"]:
                return 200, _json(method_as_json())
            case _, ["files" | "publications" | "method"] | ["publications", _] | ["publications", _, _]:
                return 405, _json({"error": {"code": "wrong_method"}})
        return 404, _json({"error": {"code": "not_found"}})

    async def _file(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        now = _now()
        address = _neighbourhood(scope)
        self._hub.admit(address, now)
        octets = await _body(receive)
        receipt = await asyncio.to_thread(self._hub.receive, octets, now, address)
        log.info("file", month=receipt.month, state=receipt.state)
        status = 201 if receipt.state == "received" else 200
        return status, _json({"month": receipt.month, "state": receipt.state})


def _neighbourhood(scope: Scope) -> str:
    """Whose turn counts: an IPv4 address, or the /48 that one customer of a provider may have."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped  # As a listener for both sees IPv4.
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network(f"{ip}/48", strict=False))


async def _body(receive: Receive) -> bytes:
    octets = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                octets += message.get("body", b"")
                if len(octets) > LIMIT:
                    raise Refused("too_large", str(LIMIT))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return octets
    except TimeoutError:
        raise Refused("too_slow") from None


def _error(refused: Refused) -> bytes:
    sentences = {language: refused.sentence(language) for language in LANGUAGES}
    return _json({"error": {"code": refused.code, "where": refused.where, "sentence": sentences}})


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def _send(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-cache" if status == 200 else b"no-store"),
    ]
    if status == 429:
        headers.append((b"retry-after", str(int(HOUR.total_seconds())).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def method_as_json() -> dict[str, Any]:
    """How the hub counts, for programs and for whoever asks what the numbers mean."""
    return {
        "version": VERSION,
        "methods": {
            name: {language: in_language(words, language) for language in LANGUAGES} for name, words in METHODS.items()
        },
        "series": [
            {
                "key": each.key,
                "method": each.method,
                "hours": each.hours,
                "lower_is_better": each.lower_is_better,
                "steps": list(each.steps),
            }
            for each in ALL
        ],
        "profile": {kind: sorted(words) for kind, words in PROFILE_WORDS.items()},
        "cohorts": {
            "kinds": list(KINDS),
            "fewest_desks": MINIMUM,
            "desks_told_in": ROUND,
            "quantile_parts": list(PARTS),
        },
        "figures": {"fewest_cases": ENOUGH, "moved_by_steps_at_most": 1, "ties": "half"},
        "files": {"largest_bytes": LIMIT, "taken_for_days": TAKEN_FOR.days},
    }


def serve(hub: Hub, source: str, host: str, port: int) -> None:
    """Answer until told to stop (SIGTERM, SIGINT). Port 0: any free one. Where it listens is said on the output."""
    import uvicorn

    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    shown = f"[{host}]" if ":" in host else host
    print(f"http://{shown}:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        Application(hub, source), lifespan="on", ws="none", log_config=None, log_level="warning", access_log=False,
        proxy_headers=True, forwarded_allow_ips="127.0.0.1,::1", server_header=False, limit_concurrency=200,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])
