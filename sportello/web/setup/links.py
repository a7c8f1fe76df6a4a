"""Who may set up an empty desk: whoever has the link printed at start, or sits at the machine itself.

Once there is an agent, only a signed-in administrator.
"""

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from sportello.desk import links
from sportello.kit import tokens

VALID = timedelta(days=7)
# Stands in the address where the token would, for whoever needs none.
HERE = "here"
PROXY_MARKS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


def setup_url() -> str:
    """The link that `serve` prints: it opens the set-up of an empty desk for a week."""
    return links.public_url(f"/setup/{tokens.sign('setup', 'desk')}/desk")


def may_set_up(request: HttpRequest, token: str) -> bool:
    if token == HERE:
        return is_at_home(request)
    try:
        return tokens.unsign("setup", token, valid_for=VALID) == "desk"
    except tokens.BadToken:
        return False


def is_at_home(request: HttpRequest) -> bool:
    """Whether the browser runs on this very machine and asks for it by a loopback name.

    The name keeps out foreign pages that let their host point here; a public address of the desk, or a proxy's mark,
    keeps out what comes through a proxy on the same machine.
    """
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    public_host = urlsplit(settings.PUBLIC_URL).hostname or ""
    is_forwarded = any(mark in request.headers for mark in PROXY_MARKS)
    client = request.META.get("REMOTE_ADDR", "")
    return not is_forwarded and all(_is_loopback(name) for name in (client, host, public_host))


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
