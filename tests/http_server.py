"""An HTTP server on this machine that remembers what it was asked."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Server:
    port: int
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


# What to answer to a request: status, headers, body.
Responder = Callable[[Request], tuple[int, Mapping[str, str], bytes]]


@contextmanager
def serving(answer: Responder | None, *, raw: bytes = b"", drip: float = 0.0) -> Iterator[Server]:
    """raw: what is said instead of an HTTP answer; drip: seconds between letters, for ever."""
    known: list[Server] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.path, dict(self.headers), body)
            known[0].requests.append(request)
            with suppress(OSError):
                self._say(request)

        do_GET = do_POST

        def _say(self, request: Request) -> None:
            if answer is None:
                self.wfile.write(raw)
                while drip and not over.is_set():
                    self.wfile.write(b"x")
                    time.sleep(drip)
                return
            status, headers, text = answer(request)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        known.append(Server(server.server_address[1]))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield known[0]
        finally:
            over.set()
            server.shutdown()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
