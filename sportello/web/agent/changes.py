"""Who arranged what, and when: everything that was changed of the desk, newest first."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.kit.keys import key_of
from sportello.web.agent.change_words import KINDS, SAME, kind_of, names_of, title_of, told
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import address, page
from sportello.web.ui import paging


@admins
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """?kind=mailbox&by=3: of one kind, of one person; by=0: what the desk did by itself."""
    agent, asked = agent_of(request), request.GET
    kind, by = asked.get("kind", ""), asked.get("by", "")
    found = access.every_change(agent).select_related("author")
    if kind in KINDS:
        found = found.filter(kind__in=[kind, *(own for own, of in SAME.items() if of == kind)])
    if by.isdecimal():
        found = found.filter(author=key_of(by) or None)
    shown = paging.page(found, asked)
    named = names_of(shown.rows, agent)
    rows = [
        SimpleNamespace(
            row=it,
            author=it.author,
            title=title_of(it, named),
            kind=KINDS[of][0] if (of := kind_of(it)) in KINDS else of,
            url=address(f"agent:{KINDS[of][1]}") if of in KINDS else "",
            lines=lines,
        )
        for it, lines in zip(shown.rows, told(shown.rows, agent), strict=True)
    ]
    context = {
        "changes": rows,
        "page": shown,
        "kinds": [(name, words) for name, (words, _place) in KINDS.items()],
        "people": access.everybody_here(agent),
        "kind": kind,
        "by": key_of(by) if by.isdecimal() else None,
    }
    return page(request, "agent/changes.html", context)
