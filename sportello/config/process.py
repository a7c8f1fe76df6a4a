"""What the supervisor's children do: prepare, web, worker, mail. Run as `sportello process NAME`, by serve only."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence

from sportello.kit import garbage
from sportello.kit.supervisor import end_with_parent


def main(arguments: Sequence[str]) -> None:
    """Become one of the children. Sockets and pipes arrive as numbers of inherited file descriptors."""
    parser = argparse.ArgumentParser(prog="sportello process")
    parser.add_argument("name", choices=("prepare", "web", "worker", "mail"))
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--socket", type=int)
    parser.add_argument("--answer", type=int)
    parser.add_argument("--parent", type=int)
    options = parser.parse_args(arguments)
    if options.parent is not None:
        end_with_parent(options.parent)
    if options.name != "prepare":
        # Only a terminal is coloured: structlog would load rich, five megabytes, into each of them.
        sys.modules["rich"] = None  # type: ignore[assignment]
    if options.name == "web":
        _web(socket.socket(fileno=options.socket), options.answer)
    else:
        import django

        django.setup()
        if options.name == "prepare":
            from sportello.config.prepare import prepare

            prepare(demo=options.demo)
        else:
            _loops(options.name, options.socket)


def _web(listener: socket.socket, answer: int) -> None:
    import uvicorn

    from sportello.config.asgi import application

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            application.close()
            await super().shutdown(sockets)

    _tell(answer)
    garbage.settle()
    config = uvicorn.Config(
        application, lifespan="on", ws="none", log_config=None, log_level="warning", access_log=False,
        proxy_headers=False, server_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(Server(config).serve(sockets=[listener]))


def _tell(answer: int) -> None:
    """Write the first links as one line of JSON; nobody reads those of a restarted process."""
    from sportello.config.links import first_links

    os.set_blocking(answer, False)
    with contextlib.suppress(BlockingIOError, BrokenPipeError):
        os.write(answer, json.dumps(first_links()).encode() + b"\n")


def _loops(name: str, listener: int | None) -> None:
    from sportello.config import jobs
    from sportello.kit import loops

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if name == "mail":
        loops.run(jobs.mail_loops(socket.socket(fileno=listener), stop), stop=stop)
    else:
        loops.run(jobs.worker_loops(), stop=stop)
    os._exit(0)  # a step still busy (a slow mail server) is left behind: its row is claimed again after the restart
