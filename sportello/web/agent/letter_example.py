"""A made-up request, so that whoever writes a mail's text sees it as it will be read."""

from collections.abc import Mapping
from typing import Any

from sportello.desk import links
from sportello.desk.actions import configuration
from sportello.desk.actions import letters as desk_letters
from sportello.desk.rules import letters
from sportello.desk.rules.protocol import CONTACT, Steps
from sportello.desk.words import Step

Example = tuple[dict[str, Any], letters.Quoted | None, tuple[letters.Action, ...]]


def example_of(
    step: str, language: str, now: configuration.Configuration, said: Mapping[str, Any] | None = None
) -> Example:
    """Values, answer and buttons of a mail of this step. said: what a form says of the steps."""
    answer = _answer(language) if step in (Step.SOLVED, Step.TAKEN_CHARGE, CONTACT) else None
    return _values(language, now, said or {}), answer, _actions(step, language)


def _values(language: str, now: configuration.Configuration, said: Mapping[str, Any]) -> dict[str, Any]:
    italian = language == "it"
    name = "Caterina De Luca" if italian else "Kate Lowell"
    return {
        "ticket": {
            "id": 1234,
            "title": "La stampante non stampa" if italian else "The printer does not print",
            "url": "",
        },
        "requester": {"name": name, "first_name": name.split(maxsplit=1)[0]},
        "agent": {"name": "Ada Bruni", "first_name": "Ada", "phone": ""},
        "desk": {
            "name": now.desk.name,
            "phone": now.desk.phone,
            "address": _address(now),
            "url": links.public_url("/"),
        },
        "organization": {"name": "Officina Belvedere"},
        "close_hours": said.get("steps.close_hours") or Steps().close_hours,
        "survey_hours": said.get("steps.survey_hours") or Steps().survey_hours,
    }


def _address(now: configuration.Configuration) -> str:
    return desk_letters.sender_address(now.mailbox())


def _answer(language: str) -> letters.Quoted:
    text = "Ho rimesso il driver giusto." if language == "it" else "The right driver is back in place."
    return letters.Quoted(author="Ada Bruni", at="", text=text, html="")


def _actions(step: str, language: str) -> tuple[letters.Action, ...]:
    names = {
        Step.SOLVED: (("it_works", "primary"), ("not_yet", "secondary")),
        Step.SURVEY: (("good", "good"), ("bad", "bad")),
        CONTACT: (),
    }.get(step, (("open_ticket", "secondary"),))
    return tuple(
        letters.Action(letters.action_label(name, language), "https://desk.example/", kind) for name, kind in names
    )
