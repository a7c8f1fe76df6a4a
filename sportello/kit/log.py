"""One line an event, on stderr: time, level, words and ids. Never a traceback: its values may quote a mail."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

LIBRARY = str(Path(traceback.__file__).parent)


def configure() -> None:
    """Make structlog write so; the settings call it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _error_in_brief,
            structlog.processors.KeyValueRenderer(key_order=["at", "level", "event"]),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


class Formatter(logging.Formatter):
    """What libraries log, as briefly: an error in the words of `describe`, a request by its route, never by its path.

    The path of a signed link is a key, and Django logs it with whatever goes wrong.
    """

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        words = record.getMessage() if request is None else _request_in_brief(request, record)
        error = record.exc_info[1] if record.exc_info else None
        brief = f" error={describe(error)!r}" if error else ""
        return f"{self.formatTime(record)} {record.levelname} {record.name} {words}{brief}"


def _request_in_brief(request: Any, record: logging.LogRecord) -> str:
    match = getattr(request, "resolver_match", None)
    route = f"/{match.route}" if match else "no page"
    return f"{getattr(request, 'method', '')} {route} {getattr(record, 'status_code', '')}".strip()


def describe(error: BaseException) -> str:
    """The kind of error and where it was raised, never its message: that may quote a mail or an address."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if not each.filename.startswith(LIBRARY) and "site-packages" not in each.filename]
    ours = ours or list(frames)
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"


def _error_in_brief(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = describe(error)
    return event
