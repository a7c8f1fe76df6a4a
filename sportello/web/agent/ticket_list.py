"""A list of tickets with boxes, keys, a bar for those that are ticked and what was done from here a moment ago.

One for views, searches, people and organizations (agent/_ticket_list.html).
"""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules.views import Layout
from sportello.desk.words import Permission
from sportello.kit import clock
from sportello.kit.keys import key_of
from sportello.web.agent import ticket_rows
from sportello.web.agent.doors import agent_of
from sportello.web.agent.jobs import told
from sportello.web.agent.navigation import address
from sportello.web.agent.wishes import bar_fields
from sportello.web.ui import paging


def ticket_list(
    request: HttpRequest,
    layout: Layout,
    page: paging.Page,
    *,
    caption: str,
    whole: Mapping[str, Any],
    has_pane: bool = True,
    **more: Any,
) -> SimpleNamespace:
    """page: rows of lists.rows. whole: the list as a whole, as `meant` reads it. has_pane: there is room beside it for
    a ticket. more: as ticket_rows.table takes it."""
    agent = agent_of(request)
    can_pick = access.may(agent, Permission.BULK)
    home = address("agent:queue")
    return SimpleNamespace(
        caption=caption,
        table=ticket_rows.table(layout, page.rows, now=clock.now(), home=home, can_pick=can_pick, **more),
        page=page,
        bulk=bar_fields() if can_pick and page.rows else None,
        whole=whole,
        size_url=f"{address('agent:bulk_size')}?{urlencode(whole)}" if page.newer_url or page.older_url else "",
        back=here(request),
        job=_job(request, agent),
        has_pane=has_pane,
        keys=_keys(has_pane),
    )


def here(request: HttpRequest) -> str:
    """The address of the list, without what was done from it before."""
    kept = [(name, value) for name, value in request.GET.items() if name != "job"]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _keys(has_pane: bool) -> str:
    """What the keys of a list do, for the page that shows all keys."""
    said = {
        "j": _("Next row"),
        "k": _("Previous row"),
        "o": _("Open the ticket"),
        **({"p": _("Show or hide the preview")} if has_pane else {}),
        "x": _("Select the row"),
        "Shift+j": _("Select downwards"),
        "Shift+k": _("Select upwards"),
        "Mod+a": _("Select all on the page; once more: all of the list"),
        "Escape": _("Select nothing"),
    }
    return json.dumps(said, ensure_ascii=False)


def _job(request: HttpRequest, agent: User) -> SimpleNamespace | None:
    """What was done from here a moment ago (?job=7)."""
    key = key_of(request.GET.get("job", ""))
    found = access.jobs(agent).filter(pk=key).select_related("actor", "undoes", "undone_by").first() if key else None
    return told(agent, found) if found else None
