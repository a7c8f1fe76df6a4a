"""The rules of a new desk: few, and each can be changed, switched off or dropped."""

from typing import Any, TypeVar

from ..models import Automation, Trigger, View
from ..rules.texts import for_reader
from . import automations, rules, views


def _text(it: str, en: str) -> dict[str, str]:
    return {"it": it, "en": en}


def _mail(whom: str, subject: dict[str, str], body: dict[str, str]) -> dict[str, Any]:
    body = {language: f"{text}\n\n{{{{ ticket.url }}}}" for language, text in body.items()}
    return {"field": "notification_user", "value": [whom, subject, body]}


def _when(*conditions: tuple[str, str, str]) -> dict[str, Any]:
    return {"all": [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]}


TRIGGERS: tuple[dict[str, Any], ...] = (
    {
        "title": _text("Avvisa chi riceve un ticket", "Tell whoever is given a ticket"),
        "conditions": _when(("assignee_id", "changed", ""), ("assignee_id", "is_not", "")),
        "actions": [
            _mail(
                "assignee_id",
                _text("Assegnato a te: {{ ticket.title }}", "Assigned to you: {{ ticket.title }}"),
                _text(
                    "Il ticket #{{ ticket.id }} di {{ requester.name }} è tuo.\n\n{{ answer }}",
                    "Ticket #{{ ticket.id }} by {{ requester.name }} is yours.\n\n{{ answer }}",
                ),
            )
        ],
    },
    {
        "title": _text("Avvisa l'assegnatario quando il cliente scrive", "Tell the assignee when the customer writes"),
        "conditions": _when(
            ("update_type", "is", "Change"), ("comment_is_public", "is", "true"), ("role", "is", "end_user"),
            ("assignee_id", "not_changed", ""),
        ),
        "actions": [
            _mail(
                "assignee_id",
                _text(
                    "{{ requester.name }} ha scritto: {{ ticket.title }}",
                    "{{ requester.name }} wrote: {{ ticket.title }}",
                ),
                _text("Nuova risposta sul ticket #{{ ticket.id }}.\n\n{{ answer }}",
                      "A new answer on ticket #{{ ticket.id }}.\n\n{{ answer }}"),
            )
        ],
    },
    {
        "title": _text("Avvisa chi segue il ticket", "Tell the followers"),
        "conditions": _when(("update_type", "is", "Change"), ("comment_is_public", "is_not", "none")),
        "actions": [
            _mail(
                "followers",
                _text("Novità: {{ ticket.title }}", "News: {{ ticket.title }}"),
                _text("Sul ticket #{{ ticket.id }}, che segui, c'è una novità.\n\n{{ answer }}",
                      "There is news on ticket #{{ ticket.id }}, which you follow.\n\n{{ answer }}"),
            )
        ],
    },
    {
        "title": _text("Avvisa il gruppo di un ticket che nessuno ha", "Tell the group of a ticket that nobody has"),
        "active": False,
        "conditions": _when(("update_type", "is", "Create"), ("group_id", "is_not", ""), ("assignee_id", "is", "")),
        "actions": [
            _mail(
                "group_id",
                _text("Da prendere in carico: {{ ticket.title }}", "To be taken: {{ ticket.title }}"),
                _text("{{ requester.name }} ha scritto, e il ticket #{{ ticket.id }} non è di nessuno.\n\n{{ answer }}",
                      "{{ requester.name }} wrote, and nobody has ticket #{{ ticket.id }} yet.\n\n{{ answer }}"),
            )
        ],
    },
)  # fmt: skip


AUTOMATIONS: tuple[dict[str, Any], ...] = (
    {
        "title": _text(
            "Avvisa un'ora prima che un obiettivo SLA sia mancato", "Warn an hour before an SLA target is missed"
        ),
        "conditions": _when(("until_sla_breach", "less_than", "1"), ("assignee_id", "is_not", "")),
        "actions": [
            _mail(
                "assignee_id",
                _text("Sta per scadere: {{ ticket.title }}", "Due soon: {{ ticket.title }}"),
                _text("Il ticket #{{ ticket.id }} di {{ requester.name }} ha un obiettivo SLA che scade entro un'ora.",
                      "Ticket #{{ ticket.id }} by {{ requester.name }} has an SLA target that is due within an hour."),
            )
        ],
    },
)  # fmt: skip


VIEWS: tuple[dict[str, Any], ...] = (
    {
        "title": _text("Tocca a noi", "Waiting for us"),
        "conditions": _when(("waiting_since", "greater_than", "0")),
        "columns": ["subject", "requester", "assignee", "waiting"],
        "sort_by": "waiting_since",
        "sort_descending": False,
    },
    {
        "title": _text("I miei", "Mine"),
        "conditions": _when(("status", "less_than", "solved"), ("assignee_id", "is", "current_user")),
        "columns": ["subject", "requester", "status", "updated"],
    },
    {
        "title": _text("Da assegnare", "Unassigned"),
        "conditions": _when(("status", "less_than", "solved"), ("assignee_id", "is", "")),
        "columns": ["subject", "requester", "group", "updated"],
    },
    {
        "title": _text("Da risolvere", "All unsolved"),
        "conditions": _when(("status", "less_than", "solved")),
        "columns": ["subject", "requester", "assignee", "updated"],
    },
    {
        "title": _text("Risolti", "Solved"),
        "conditions": _when(("status", "greater_than", "hold")),
        "columns": ["subject", "requester", "assignee", "solved"],
        "sort_by": "solved_at",
    },
)


TITLES = {title: it["title"] for it in (*TRIGGERS, *AUTOMATIONS, *VIEWS) for title in it["title"].values()}
Row = TypeVar("Row", bound=Any)  # Of a rule, whichever kind.


def title_for_reader(title: str) -> str:
    """The title of a rule that every desk begins with, in the language of whoever reads it; any other as it is.

    Their titles are kept in the language that the desk had then; who renames one, names it for all.
    """
    return for_reader(TITLES.get(title, title))


def for_its_reader(row: Row) -> Row:
    """The row with its title for whoever reads it: to be shown, not to be saved."""
    row.title = title_for_reader(row.title)
    return row


def install(language: str) -> None:
    """Give a desk that has no trigger, automation or view the usual ones, their titles in its language."""
    if not Trigger.objects.exists():
        for rule in TRIGGERS:
            rules.save_trigger({**rule, "title": rule["title"].get(language, rule["title"]["en"])}, actor=None)
    if not Automation.objects.exists():
        for rule in AUTOMATIONS:
            title = rule["title"].get(language, rule["title"]["en"])
            automations.save_automation({**rule, "title": title}, actor=None)
    install_views(language)


def install_views(language: str) -> None:
    """Give a desk that has no view the usual ones."""
    if not View.objects.exists():
        for view in VIEWS:
            views.save({**view, "title": view["title"].get(language, view["title"]["en"])}, actor=None)
