"""A parent that keeps its child processes alive and takes them down with it. Knows no Django and stays small."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 30.0
SETTLED_SECONDS = 30.0
STOP_SECONDS = 1.5
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


@dataclass(frozen=True, slots=True)
class Child:
    """argv is run with the file descriptors in `files` handed down; environ is its whole environment."""

    name: str
    argv: Sequence[str]
    environ: dict[str, str]
    files: tuple[int, ...] = ()


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    retry: float = field(default=FIRST_RETRY_SECONDS)


def supervise(children: Sequence[Child], *, say: Callable[[str], None]) -> None:
    """Start children, restart whoever ends (after 0.5 s, doubling to 30 s); return when SIGTERM or SIGINT came.

    Children get SIGTERM and have 1.5 s before SIGKILL. They live in sessions of their own, so that Ctrl-C reaches the
    parent alone; should the parent itself be killed, `end_with_parent` in the child notices.
    """
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    life_read, life_write = os.pipe()
    stopping = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = stopping or number != signal.SIGCHLD

    old_wakeup = signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    old_handlers = {number: signal.signal(number, on_signal) for number in SIGNALS}
    running = [_Running(child) for child in children]
    try:
        while not stopping:
            now = time.monotonic()
            for one in running:
                _reap(one, now, say)
                if one.process is None and one.start_at <= now:
                    _start(one, now, life_read)
            due = min((one.start_at for one in running if one.process is None), default=now + 3600)
            if select.select([wake_read], [], [], max(0.0, due - time.monotonic()))[0]:
                os.read(wake_read, 4096)
    finally:
        _stop([one.process for one in running if one.process is not None])
        signal.set_wakeup_fd(old_wakeup)
        for number, handler in old_handlers.items():
            signal.signal(number, handler)
        for file in (wake_read, wake_write, life_read, life_write):
            os.close(file)


def _start(one: _Running, now: float, life: int) -> None:
    one.process = subprocess.Popen(
        [*one.child.argv, "--parent", str(life)],
        env=one.child.environ,
        pass_fds=(*one.child.files, life),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    one.started_at = now


def _reap(one: _Running, now: float, say: Callable[[str], None]) -> None:
    if one.process is None or one.process.poll() is None:
        return
    if now - one.started_at > SETTLED_SECONDS:
        one.retry = FIRST_RETRY_SECONDS
    ending = _ending(one.process.returncode)
    say(f"{one.child.name}: process {one.process.pid} ended ({ending}), again in {one.retry:g} s")
    one.process = None
    one.start_at = now + one.retry
    one.retry = min(one.retry * 2, LAST_RETRY_SECONDS)


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with_parent(life: int) -> None:
    """In a child: when the parent is gone (its end of the pipe `life` closes), stop, and soon insist."""

    def watch() -> None:
        os.read(life, 1)
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(STOP_SECONDS)
        finally:  # A clock that is led astray from outside refuses to sleep; then there is no moment.
            os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def say_on_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
