"""What a view that is being written would show: its first tickets and how many there are. Changes nothing."""

from types import SimpleNamespace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.desk import listing
from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import User
from sportello.desk.rules import conditions, views
from sportello.desk.rules.kinds import Moment
from sportello.kit import clock
from sportello.web.agent import lists, ticket_rows, view_draft
from sportello.web.agent.navigation import address
from sportello.web.agent.view_draft import ViewDraft

FIRST = 8  # tickets


def preview_of(draft: ViewDraft, agent: User) -> SimpleNamespace:
    """table and words: the first tickets, and how many there are. Raises Invalid with the place of each fault."""
    data, now = draft.data(agent), clock.now()
    layout = views.read_layout(data, views.columns_of(configuration.current().fields))
    try:
        asked = conditions.read(data["conditions"], stored=True, fields=view_draft.fields())
    except Invalid as fault:
        raise Invalid({f"conditions.{place}": text for place, text in fault.fields.items()}) from None
    moment = Moment(now, agent.pk, configuration.current().hours)
    tickets = listing.direct(agent, views.read(0, asked, layout), moment)
    count = tickets.order_by().values("pk")[: views.SORTED_AT_MOST + 1].count()
    if count > views.SORTED_AT_MOST:  # As the list itself will do.
        plain = layout.sort_by if views.SORTS[layout.sort_by].has_index else "updated_at"
        layout = views.Layout(layout.columns, sort_by=plain, sort_descending=layout.sort_descending)
    rows = list(lists.rows(agent, tickets).order_by(*listing.in_order(layout))[:FIRST])
    keys = [row.pk for row in rows]
    tags, own = lists.tags_of(agent, keys), lists.own_of(layout, keys)
    home = address("agent:queue")
    return SimpleNamespace(
        table=ticket_rows.table(layout, rows, tags=tags, own=own, now=now, home=home, can_sort=False) if rows else None,
        words=_how_many(count, len(rows)),
    )


def _how_many(count: int, shown: int) -> str:
    if count > views.SORTED_AT_MOST:
        return _("more than %(count)s tickets, the first %(shown)s") % {"count": views.SORTED_AT_MOST, "shown": shown}
    if count > shown:
        return _("%(count)s tickets, the first %(shown)s") % {"count": count, "shown": shown}
    return ngettext("%(count)s ticket", "%(count)s tickets", count) % {"count": count}
