"""The month's figures."""

from types import SimpleNamespace

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from sportello.desk.models import User
from sportello.desk.words import Permission
from sportello.kit import clock
from sportello.reports import month as months
from sportello.reports import tables
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import page

# The tiles at the head of the page; everything stands in the table below.
HEADLINES = (
    "num_new_tickets",
    "num_solved_tickets",
    "first_reply_time_in_minutes_median_business",
    "first_reply_within_hour",
    "one_touch_percentage",
    "satisfaction_rating",
    "satisfaction_rating_help",
    "response_rate",
)


@permitted(Permission.REPORTS)
def figures(request: HttpRequest) -> HttpResponse:
    year, number = _asked(request.GET.get("month", ""))
    month = months.month(year, number)
    rows = tables.rows(month)
    context = {
        "title": tables.title(month),
        "month": month,
        "earlier": _name(year, number, -1),
        "later": _name(year, number, 1) if month.is_over else None,
        "tiles": [_tile(row) for row in rows if row.key in HEADLINES],
        "rows": rows,
        "bad_about": tables.bad_about(month),
        "direct": tables.direct(month),
        # The lines name people and customers whose tickets a restricted agent may not see.
        "tables": tables.tables(month) if _sees_everything(agent_of(request)) else [],
    }
    return page(request, "agent/figures.html", context)


def _asked(text: str) -> tuple[int, int]:
    """(year, month) of "2026-10"; without one, the present month."""
    if not text:
        today = timezone.localtime(clock.now())
        return today.year, today.month
    year, _dash, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12 and 2000 <= int(year) <= 2200):
        raise Http404
    return int(year), int(month)


def _name(year: int, month: int, step: int) -> str:
    count = year * 12 + month - 1 + step
    return f"{count // 12}-{count % 12 + 1:02}"


def _tile(row: tables.Row) -> SimpleNamespace:
    """A row as ui/figure.html wants it."""
    is_empty = row.value == tables.NO_VALUE
    return SimpleNamespace(
        label=f"{row.section}: {row.label}" if row.key.startswith("first_reply") else row.label,
        value=None if is_empty else row.value,
        unit="",
        n=row.n or None,
        definition=row.definition,
        basis=row.basis,
        before=row.before,
        trend=row.direction or None,
        direction={"+": "up", "−": "down"}.get(row.change[:1]),
    )


def _sees_everything(agent: User) -> bool:
    return agent.is_admin or agent.ticket_restriction == User.TicketRestriction.NONE
