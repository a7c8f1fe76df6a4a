"""What the demo desk promises, and what its agents answer again and again."""

from typing import Any

from sportello.desk.actions import automations, macros, policies, skills, views
from sportello.desk.models import User

# Business minutes by priority: first reply, solution.
PROMISES = {"urgent": (60, 480), "high": (120, 960), "normal": (240, 2400), "low": (480, 4800)}


def _say(it: str, en: str) -> dict[str, Any]:
    """The text of a macro, with a greeting and the agent's name."""
    texts = {
        "it": f"Buongiorno {{{{ requester.first_name }}}},\n\n{it}\n\n{{{{ agent.first_name }}}}",
        "en": f"Hello {{{{ requester.first_name }}}},\n\n{en}\n\n{{{{ agent.first_name }}}}",
    }
    return {"field": "comment_value", "value": texts}


MACROS: tuple[dict[str, Any], ...] = (
    {
        "title": "Chiedi una foto dello schermo",
        "description": "Quando la descrizione non basta.",
        "actions": [
            _say(
                "ci manda una foto dello schermo con il messaggio che compare? Così troviamo prima la causa.",
                "could you send us a photo of the screen with the message? It helps us find the cause sooner.",
            ),
            {"field": "status", "value": "pending"},
        ],
    },
    {
        "title": "Aspettiamo il fornitore",
        "actions": [
            _say(
                "abbiamo passato la richiesta al fornitore: le scriviamo appena risponde.",
                "we have passed your request on to the supplier and will write as soon as they answer.",
            ),
            {"field": "status", "value": "hold"},
            {"field": "current_tags", "value": "fornitore"},
        ],
    },
)


AUTOMATION: dict[str, Any] = {
    "title": "Ricorda al cliente che aspettiamo una risposta",
    "conditions": {"all": [{"field": "PENDING", "operator": "greater_than", "value": "72"}]},
    "actions": [
        {
            "field": "notification_user",
            "value": [
                "requester_id",
                {"it": "Aspettiamo una sua risposta: {{ ticket.title }}", "en": "Waiting for you: {{ ticket.title }}"},
                {
                    "it": "Buongiorno {{ requester.first_name }},\n\nper andare avanti ci serve una sua risposta.\n\n"
                    "{{ ticket.url }}",
                    "en": "Hello {{ requester.first_name }},\n\nwe need your answer to go on.\n\n{{ ticket.url }}",
                },
            ],
        },
        {"field": "current_tags", "value": "sollecitato"},
    ],
}
# Beside the five lists of every desk.
PLUS = {"field": "organization.custom_fields.contract", "operator": "is", "value": "plus"}
VIEWS: tuple[dict[str, Any], ...] = (
    {
        "title": "Clienti Plus",
        "description": "Chi ha il contratto che promette di più.",
        "conditions": {"all": [{"field": "status", "operator": "less_than", "value": "solved"}, PLUS]},
        "columns": ["subject", "requester", "organization", "assignee", "status", "updated"],
        "group_by": "organization",
    },
    {
        "title": "Tutte le stampanti",
        "conditions": {"all": [{"field": "current_tags", "operator": "includes", "value": "stampante printer"}]},
        "columns": ["subject", "organization", "assignee", "status", "created"],
        "sort_by": "created_at",
    },
)
NETWORKS = {"all": [{"field": "current_tags", "operator": "includes", "value": "vpn wifi internet"}]}


def keep(owner: User, for_networks: list[User]) -> None:
    """Write them down, for all agents. owner: whose personal view there is; for_networks: who knows networks."""
    targets = [
        {"metric": metric, "priority": priority, "target": minutes, "business_hours": True}
        for priority, promised in PROMISES.items()
        for metric, minutes in zip(("first_reply_time", "total_resolution_time"), promised, strict=True)
    ]
    policies.save_policy({"title": "Tempi garantiti", "conditions": {}, "targets": targets}, actor=None)
    for macro in MACROS:
        macros.save({**macro, "owner_id": None, "group_id": None}, actor=None)
    automations.save_automation(AUTOMATION, actor=None)
    for view in VIEWS:
        views.save(view, actor=None)
    mine = {
        "title": "Miei urgenti",
        "owner_id": owner.pk,
        "conditions": {
            "all": [
                {"field": "assignee_id", "operator": "is", "value": "current_user"},
                {"field": "status", "operator": "less_than", "value": "solved"},
                {"field": "priority", "operator": "greater_than", "value": "normal"},
            ]
        },
    }
    views.save(mine, actor=owner)
    skills.save({"title": "Reti", "conditions": NETWORKS, "agents": [it.pk for it in for_networks]}, actor=None)
