"""Steps of trying a server, each told: what was looked at, what is wrong with it, what to do."""

import errno
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Step:
    """is_good: None where it was not reached. found: what was seen, or what is wrong, in a sentence."""

    name: str
    label: str
    is_good: bool | None
    found: str = ""
    todo: str = ""


def told(
    labels: Mapping[str, str],
    *,
    good: Mapping[str, str],
    failed: str = "",
    found: str = "",
    todo: str = "",
) -> list[Step]:
    """The steps in their order, good ones up to the one that failed. good: what was seen, where there is something."""
    steps: list[Step] = []
    is_good: bool | None = True
    for name, label in labels.items():
        if name == failed:
            steps.append(Step(name, label, False, found, todo))
            is_good = None
        else:
            steps.append(Step(name, label, is_good, good.get(name, "") if is_good else ""))
    return steps


def why_unreachable(error: OSError) -> str:
    """What the system says when a machine cannot be reached; in English where it is something rare."""
    return {
        errno.ECONNREFUSED: _("nobody listens there"),
        errno.ECONNRESET: _("the connection was cut"),
        errno.EPIPE: _("the connection was cut"),
        errno.EHOSTUNREACH: _("no way leads to that machine"),
        errno.ENETUNREACH: _("no way leads to that network"),
    }.get(error.errno or 0) or str(error.strerror or error)


def why_not_trusted(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate: the codes are OpenSSL's (X509_V_ERR_…)."""
    return {
        9: _("it is not valid yet; is the clock of this machine right?"),
        10: _("it has expired"),
        18: _("nobody but the server itself vouches for it"),
        19: _("nobody but the server itself vouches for it"),
        20: _("whoever vouches for it is not known here"),
        21: _("whoever vouches for it is not known here"),
        62: _("it was made for another name"),
        64: _("it was made for another name"),
    }.get(error.verify_code) or error.verify_message


def is_fine(steps: Sequence[Step]) -> bool:
    return all(step.is_good for step in steps)
