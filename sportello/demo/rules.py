"""What the demo desk promises, and what its agents answer again and again."""

from typing import Any

from sportello.desk.actions import macros, policies

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


def keep() -> None:
    """Write them down, for all agents."""
    targets = [
        {"metric": metric, "priority": priority, "target": minutes, "business_hours": True}
        for priority, promised in PROMISES.items()
        for metric, minutes in zip(("first_reply_time", "total_resolution_time"), promised, strict=True)
    ]
    policies.save_policy({"title": "Tempi garantiti", "conditions": {}, "targets": targets}, actor=None)
    for macro in MACROS:
        macros.save({**macro, "owner_id": None, "group_id": None}, actor=None)
