"""`sportello serve`: one command starts the desk. The parent binds ports, prepares and supervises."""

import contextlib
import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from sportello.config.checks import problems
from sportello.config.freshness import is_fresh
from sportello.config.readers import Address, SettingError, Settings, read
from sportello.kit.locks import Busy, hold
from sportello.kit.supervisor import Child, say_on_stderr, supervise
from sportello.kit.terminal import _

PARTS = ("web", "worker", "mail")
BIND_PATIENCE_SECONDS = 2.0


class CannotStart(Exception):
    """The desk cannot start; str() is a sentence for the person, code the exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


def serve(*, demo: bool, parts: Sequence[str], environ: Mapping[str, str]) -> None:
    """Run the desk until SIGTERM or Ctrl-C. Raises SettingError or CannotStart."""
    settings = read(environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # means what Ctrl-C means, until supervise() takes over
    with ExitStack() as stack:
        _take_folder(settings.data, parts, stack)
        _check(settings)
        listeners: dict[str, socket.socket] = {}
        if "web" in parts:
            listeners["web"] = stack.enter_context(_bind("SPORTELLO_HTTP", settings.http))
        if "mail" in parts:
            listeners["mail"] = stack.enter_context(_bind("SPORTELLO_MAIL_IN", settings.mail_in))
        environment = {**environ, "DJANGO_SETTINGS_MODULE": "sportello.config.settings", "PYTHONUNBUFFERED": "1"}
        for part, name in (("web", "SPORTELLO_HTTP"), ("mail", "SPORTELLO_MAIL_IN")):
            if part in listeners:
                environment[name] = str(_address(listeners[part]))
        if not is_fresh(settings, demo=demo):
            _prepare(environment, demo=demo)
        links, answer = os.pipe()
        announce = (read(environment).public_url, links, listeners)
        threading.Thread(target=_announce, args=announce, daemon=True).start()
        supervise([_child(part, environment, listeners.get(part), answer) for part in parts], say=say_on_stderr)


def _take_folder(data: Path, parts: Sequence[str], stack: ExitStack) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in parts:
            stack.callback(hold(data / f"{part}.lock").release)
    except Busy as busy:
        sentence = _("A desk is already running on {folder} (process {pid}). This one stops.")
        raise CannotStart(sentence.format(folder=data, pid=busy.pid), 3) from None
    except OSError as error:
        sentence = _("The data folder {folder} cannot be used: {reason}.")
        raise CannotStart(sentence.format(folder=data, reason=error.strerror), 1) from None


def _check(settings: Settings) -> None:
    """Raises CannotStart for what cannot work; what works badly is said and goes on."""
    found = list(problems(settings))
    for problem in found:
        if not problem.is_error:
            say_on_stderr(str(problem))
    errors = [str(problem) for problem in found if problem.is_error]
    if errors:
        raise CannotStart("\n".join(errors), 2)


def _bind(name: str, address: Address) -> socket.socket:
    """A listening socket. Children inherit it, so that nobody is turned away while one of them restarts."""
    deadline = time.monotonic() + BIND_PATIENCE_SECONDS
    while True:
        try:
            return _listen(address)
        except OSError as error:
            # Children whose parent was killed a moment ago still need that moment to go.
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                sentence = _("cannot listen on {address}: {reason}.")
                raise SettingError(name, sentence.format(address=address, reason=error.strerror or error)) from None
            time.sleep(0.1)


def _listen(address: Address) -> socket.socket:
    family, kind, protocol, _name, target = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(target)
        listener.listen(1024)
    except BaseException:
        listener.close()
        raise
    return listener


def _address(listener: socket.socket) -> Address:
    return Address(*listener.getsockname()[:2])


def _python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sportello", "process", *arguments]


def _child(part: str, environment: dict[str, str], listener: socket.socket | None, answer: int) -> Child:
    if listener is None:
        return Child(part, _python(part), environment)
    files = (listener.fileno(), answer)
    return Child(part, _python(part, "--socket", str(files[0]), "--answer", str(files[1])), environment, files)


def _prepare(environment: dict[str, str], *, demo: bool) -> None:
    # Should this process be killed, the pipe closes and the child ends too (kit.supervisor).
    life, alive = os.pipe()
    words = [*_python("prepare", *(["--demo"] if demo else [])), "--parent", str(life)]
    process = subprocess.Popen(words, env=environment, pass_fds=(life,))
    try:
        code = process.wait()
    finally:
        process.terminate()
        process.wait()
        os.close(life)
        os.close(alive)
    if code != 0:
        raise CannotStart(_("The desk could not be prepared; the lines above say why."), code if code > 0 else 1)


def _announce(public_url: str, links: int, listeners: Mapping[str, socket.socket]) -> None:
    """Print where the desk is, once it is really there."""
    if "web" in listeners:
        with os.fdopen(links, encoding="utf-8") as file:
            found = json.loads(file.readline())
        _wait_for_page(_address(listeners["web"]))
        print(_("Sportello: {url}").format(url=public_url))
        if "sign_in" in found:
            print(_("Sign in:   {url}").format(url=found["sign_in"]))
        if "setup" in found:
            print(_("Set it up: {url}").format(url=found["setup"]))
    if "mail" in listeners:
        print(_("Mail in:   {address}").format(address=_address(listeners["mail"])))
    sys.stdout.flush()


def _wait_for_page(address: Address) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    while True:
        connection = http.client.HTTPConnection(host, address.port, timeout=30)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/alive", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
