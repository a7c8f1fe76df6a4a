"""The file that a desk sends once a month: a profile and aggregates in steps, signed. Nothing finer ever leaves a desk.

JSON in UTF-8: {"file": {…}, "key": base64url, "signature": base64url}. Signed are the bytes of "file" in canonical form
(keys sorted, no spaces, ASCII), after CONTEXT. The keys of the figures are the vendor's where it had them.
Format and reasons: docs/algorithms/benchmark.md
"""

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sportello.kit.statistics import ENOUGH

from . import steps
from .profile import WORDS, Profile
from .refusals import Refused

VERSION = 1
LIMIT = 16 * 1024  # bytes; a full file has some 2,500
CONTEXT = b"sportello benchmark file 1\n"
# Somewhere it is tomorrow already; clocks differ.
EAST = timedelta(hours=14)
SLACK = timedelta(minutes=10)
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Figure:
    """value: minutes, a share 0 to 1, or replies a ticket; n: on how many cases it stands, at least."""

    value: float
    n: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a desk measured. None: not measured, or on fewer than ENOUGH cases. Definitions: docs/metrics.md"""

    num_new_tickets: int | None
    num_solved_tickets: int | None
    num_active_agents: int | None
    replies_per_ticket: Figure | None
    first_reply_time_in_minutes_mean: Figure | None
    first_reply_time_in_minutes_median: Figure | None
    first_reply_time_in_minutes_mean_business: Figure | None
    first_reply_time_in_minutes_median_business: Figure | None
    one_touch_percentage: Figure | None
    satisfaction_rating: Figure | None
    response_rate: Figure | None


NAMES = tuple(each.name for each in fields(Figures))


def steps_of(name: str) -> steps.Steps:
    """The steps of a figure, by its key."""
    if name.startswith("num_"):
        return steps.COUNTS
    if name.startswith("first_reply_time"):
        return steps.MINUTES
    return steps.PER_TICKET if name == "replies_per_ticket" else steps.SHARES


@dataclass(frozen=True, slots=True)
class File:
    """month: "YYYY-MM", calendar_month in the desk's time zone; last_28_days: those that end with the month.

    sent_at: whole seconds UTC; of two files for a month the later one holds.
    """

    month: str
    sent_at: datetime
    profile: Profile
    calendar_month: Figures
    last_28_days: Figures


@dataclass(frozen=True, slots=True)
class Signed:
    """A file with the public key (32 bytes) and the signature (64 bytes) that fit it."""

    file: File
    key: bytes
    signature: bytes

    @property
    def desk(self) -> str:
        """Who sent it: the SHA-256 of the public key, in hexadecimal."""
        return hashlib.sha256(self.key).hexdigest()

    def as_bytes(self) -> bytes:
        """What is sent, and what the desk is shown before."""
        whole = {"file": _as_json(self.file), "key": _encode(self.key), "signature": _encode(self.signature)}
        return json.dumps(whole, indent=2).encode() + b"\n"


def rounded(measured: Mapping[str, float | tuple[float, int] | None]) -> Figures:
    """The figures that may leave, of exact ones: key → count, or (value, n). Those of too few cases are left out.

    What was not measured is None, never 0. Counts up to 6 are steps of their own, so they leave as they are.
    """
    found: dict[str, Any] = {}
    for name in NAMES:
        exact, each = measured.get(name), steps_of(name)
        if isinstance(exact, tuple):
            value, n = exact
            figure = Figure(steps.nearest(each, value), int(steps.below(steps.COUNTS, n)))
            found[name] = figure if n >= ENOUGH else None
        else:
            found[name] = None if exact is None else int(steps.nearest(each, exact))
    return Figures(**found)


def new_key() -> bytes:
    """A private key, 32 bytes. Who has it speaks for the desk."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def sign(file: File, private_key: bytes) -> Signed:
    """The file as the owner of the key sends it."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return Signed(file, key.public_key().public_bytes_raw(), key.sign(CONTEXT + canonical(file)))


def canonical(file: File) -> bytes:
    """The bytes that are signed."""
    return json.dumps(_as_json(file), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _as_json(file: File) -> dict[str, Any]:
    return {
        "version": VERSION,
        "month": file.month,
        "sent_at": file.sent_at.strftime(_TIME),
        "profile": {name: getattr(file.profile, name) for name in WORDS},
        "calendar_month": _figures_as_json(file.calendar_month),
        "last_28_days": _figures_as_json(file.last_28_days),
    }


def _figures_as_json(figures: Figures) -> dict[str, Any]:
    values = {name: getattr(figures, name) for name in NAMES}
    return {
        name: {"value": each.value, "n": each.n} if isinstance(each, Figure) else each for name, each in values.items()
    }


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


# --- reading ---------------------------------------------------------------------------------------------------------


def read(octets: bytes, now: datetime) -> Signed:
    """The file in these bytes, whole and signed. Raises Refused at the first thing that is wrong."""
    whole = load(octets, LIMIT)
    _is_object(whole, ("file", "key", "signature"), "file, key, signature")
    file = _file(whole["file"], now)
    key, signature = _decode(whole["key"], 32, "key"), _decode(whole["signature"], 64, "signature")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, CONTEXT + canonical(file))
    except (InvalidSignature, ValueError):
        raise Refused("bad_signature") from None
    return Signed(file, key, signature)


def load(octets: bytes, limit: int) -> Any:
    """JSON without surprises: bounded, finite, no key twice. Raises Refused."""
    if len(octets) > limit:
        raise Refused("too_large", str(limit))
    try:
        return json.loads(octets.decode(), object_pairs_hook=_each_once, parse_constant=_not_finite)
    except Refused:
        raise
    except RecursionError:
        raise Refused("not_json") from None
    except ValueError as error:  # Its words would quote the file.
        raise Refused("not_json", f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refused("wrong_shape", key[:40])
        found[key] = value
    return found


def _not_finite(said: str) -> NoReturn:
    raise Refused("not_finite", said)


def _is_object(value: Any, keys: tuple[str, ...], where: str) -> None:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise Refused("wrong_shape", where)


def _file(said: Any, now: datetime) -> File:
    if not isinstance(said, dict):
        raise Refused("wrong_shape", "file")
    version = said.get("version")
    if type(version) is not int:
        raise Refused("wrong_shape", "version")
    if version != VERSION:
        raise Refused("unknown_version", str(version)[:20])
    _is_object(said, ("version", "month", "sent_at", "profile", "calendar_month", "last_28_days"), "file")
    month = read_month(said["month"])
    if now + EAST < end_of(month):
        raise Refused("future_month", month)
    return File(
        month,
        _time(said["sent_at"], now),
        _profile(said["profile"]),
        _figures(said["calendar_month"], "calendar_month"),
        _figures(said["last_28_days"], "last_28_days"),
    )


def read_month(said: Any) -> str:
    """ "YYYY-MM". Raises Refused."""
    if not isinstance(said, str) or not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", said, re.ASCII):
        raise Refused("wrong_month", said[:20] if isinstance(said, str) else type(said).__name__)
    return said


def end_of(month: str) -> datetime:
    """The first instant after the month, UTC."""
    year, number = int(month[:4]), int(month[5:])
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _time(said: Any, now: datetime) -> datetime:
    if not isinstance(said, str):
        raise Refused("wrong_shape", "sent_at")
    try:
        moment = datetime.strptime(said, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise Refused("wrong_shape", "sent_at") from None
    if moment > now + SLACK:  # It would shut out all later files.
        raise Refused("wrong_time", "sent_at")
    return moment


def _profile(said: Any) -> Profile:
    _is_object(said, tuple(WORDS), "profile")
    for name, known in WORDS.items():
        if not isinstance(said[name], str):
            raise Refused("wrong_shape", f"profile.{name}")
        if said[name] not in known:
            raise Refused("unknown_word", f"profile.{name}")
    return Profile(**said)


def _figures(said: Any, where: str) -> Figures:
    _is_object(said, NAMES, where)
    found: dict[str, Any] = {name: _figure(said[name], name, f"{where}.{name}") for name in NAMES}
    return Figures(**found)


def _figure(said: Any, name: str, where: str) -> Figure | int | None:
    if said is None:
        return None
    if name.startswith("num_"):
        return int(_number(said, steps.COUNTS, where, whole=True))
    _is_object(said, ("value", "n"), where)
    n = int(_number(said["n"], steps.COUNTS, f"{where}.n", whole=True))
    if n < ENOUGH:
        raise Refused("too_few", where)
    return Figure(_number(said["value"], steps_of(name), f"{where}.value"), n)


def _number(said: Any, of: steps.Steps, where: str, *, whole: bool = False) -> float:
    """One of the steps, as it stands among them. JSON's true is no number here."""
    if type(said) is not int and (whole or type(said) is not float):
        raise Refused("wrong_shape", where)
    if type(said) is float and not math.isfinite(said):  # 1e999
        raise Refused("not_finite", where)
    if not of[0] <= said <= of[-1]:
        raise Refused("out_of_range", where)
    try:
        return of[steps.index(of, said)]
    except ValueError:
        raise Refused("too_exact", where) from None


def _decode(said: Any, length: int, where: str) -> bytes:
    if not isinstance(said, str):
        raise Refused("wrong_shape", where)
    try:
        octets = base64.b64decode(said.encode("ascii") + b"=" * (-len(said) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused("wrong_shape", where) from None
    if len(octets) != length or _encode(octets) != said:
        raise Refused("wrong_shape", where)
    return octets
