"""Invented content of what the workspace adds to the patterns page: writing, many at once, finding, arranging."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sportello.desk.words import Priority
from sportello.kit.checkup import Step

TOOLS = [
    ("bold", "Grassetto"),
    ("italic", "Corsivo"),
    ("link", "Link"),
    ("list", "Elenco"),
    ("list-ordered", "Elenco numerato"),
    ("text-quote", "Citazione"),
    ("code", "Codice"),
    ("smile", "Emoji"),
    ("at-sign", "Nomina un collega"),
    ("paperclip", "Allega"),
]
PLACES = [
    ("user-check", "Squadra", "Chi lavora qui, con quale ruolo"),
    ("mailbox", "Caselle", "Gli indirizzi dello sportello"),
    ("palette", "Marchio", "Nome, logo e colore"),
]
COMMANDS = [
    ("plus", "Nuovo ticket", "c"),
    ("inbox", "Tocca a noi", "g 1"),
    ("phone-call", "Contatto diretto", "d"),
]
WAYS = [
    ("phone-call", "Chiamata"),
    ("footprints", "Di persona"),
    ("message-circle", "Messaggio"),
    ("at-sign", "Mail"),
]
STEPS = [
    Step("reach", "Il server risponde", True, "mail.esempio.example, porta 993"),
    Step(
        "sign_in", "Accetta le credenziali", False, "Password rifiutata", "Alcuni server vogliono una password per app."
    ),
    Step("read", "La casella si legge", None),
]


def workspace(theme: str, now: datetime) -> dict[str, Any]:
    """What _patterns_desk.html needs of a sheet; ids differ between the themes."""
    ticket = SimpleNamespace(
        pk=321,
        status="open",
        priority=Priority.HIGH,
        subject="La stampante del secondo piano non stampa più",
        requester=SimpleNamespace(name="Caterina De Luca", email="caterina.deluca@officina.example"),
        organization=SimpleNamespace(name="Officina Belvedere"),
        assignee=SimpleNamespace(name="Ada Bruni"),
        group=None,
        waiting_since=now - timedelta(hours=3),
        tags=["stampanti"],
    )
    said = [
        _said("Caterina De Luca", "Da stamattina non stampa più.", now - timedelta(hours=5)),
        _said("Ben Carta", "È il driver: torna a quello generico.", now - timedelta(hours=4), is_note=True),
        _said("Ada Bruni", "Ho rimesso il driver giusto.", now - timedelta(hours=3), is_answer=True),
    ]
    first = {"light": 1, "dark": 11}[theme]
    request = SimpleNamespace(pk=321, subject=ticket.subject, status="open")
    return {
        "tools": TOOLS,
        "places": PLACES,
        "commands": COMMANDS,
        "ways": WAYS,
        "steps": STEPS,
        "ticket": ticket,
        "said": said,
        "tasks": ["Chiedere il preventivo", "Provare con un altro account", "Richiamare prima delle 17"],
        "changes": ["Stato", "Assegnatario", "Gruppo", "Priorità"],
        "pair": [321, 318],
        "chosen": str(first),
        "found": [
            SimpleNamespace(id=first, name="Caterina De Luca", detail="Officina Belvedere", requests=[request]),
            SimpleNamespace(id=first + 1, name="Caterina Denti", detail="caterina@denti.example", requests=[]),
        ],
        "standings": [
            _standing("Prima risposta", now + timedelta(minutes=40), is_soon=True),
            _standing("Soluzione", now - timedelta(hours=2), is_missed=True),
            SimpleNamespace(label="Prossima risposta", promise=None, left="2 h", is_business=True),
        ],
    }


def _said(author: str, text: str, at: datetime, *, is_note: bool = False, is_answer: bool = False) -> SimpleNamespace:
    return SimpleNamespace(author=author, text=text, at=at, is_note=is_note, is_answer=is_answer)


def _standing(label: str, at: datetime, *, is_soon: bool = False, is_missed: bool = False) -> SimpleNamespace:
    promise = SimpleNamespace(at=at, is_soon=is_soon, is_missed=is_missed)
    return SimpleNamespace(label=label, promise=promise, left="", is_business=True)
