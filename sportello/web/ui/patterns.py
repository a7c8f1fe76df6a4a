"""What the patterns page shows: every component with invented content, once per theme."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sportello.desk.rules.custom_fields import CustomField, Option
from sportello.desk.rules.forms import END_USER, Condition
from sportello.desk.rules.forms import Form as TicketForm
from sportello.desk.words import Priority, Status
from sportello.kit import clock
from sportello.web.ui import chart_patterns
from sportello.web.ui.custom_fields import controls
from sportello.web.ui.forms import FilesField, Form, Segmented
from sportello.web.ui.templatetags import ticket_table as cells
from sportello.web.ui.templatetags.ui import priority
from sportello.web.ui.workspace_patterns import workspace


class ExampleForm(Form):
    name = forms.CharField(label="Nome e cognome", help_text="Come compare nelle risposte ai clienti.")
    email = forms.EmailField(label="Indirizzo di posta elettronica")
    language = forms.ChoiceField(label="Lingua", choices=[("it", "Italiano"), ("en", "English")])
    visible = forms.ChoiceField(
        label="Chi la vede", choices=[("answer", "Risposta pubblica"), ("note", "Nota interna")], widget=Segmented
    )
    text = forms.CharField(label="Testo", widget=forms.Textarea, required=False)
    attachments = FilesField(label="Allegati", required=False)
    sure = forms.BooleanField(
        label="Avvisami quando qualcuno risponde", required=False, help_text="Una mail per ogni risposta."
    )


CUSTOM_FIELDS = {
    number: CustomField(
        id=number,
        of="ticket",
        kind=kind,
        key=kind,
        title=title,
        options=tuple(Option(name.lower(), name) for name in options),
        visible_in_portal=True,
        editable_in_portal=True,
        required_in_portal=number == 1,
    )
    for number, (kind, title, options) in enumerate(
        [
            ("tagger", "Dispositivo", ["Stampante", "Computer"]),
            ("multiselect", "Cartucce finite", ["Nero", "Ciano"]),
            ("date", "Da quando", []),
            ("checkbox", "In garanzia", []),
        ],
        1,
    )
}
TICKET_FORM = TicketForm(1, "", tuple(CUSTOM_FIELDS), (Condition(1, "stampante", {2: True}, END_USER),))


@login_not_required
def patterns(request: HttpRequest) -> HttpResponse:
    return render(request, "patterns.html", {"sheets": [sheet("light"), sheet("dark")]})


def sheet(theme: str) -> dict[str, Any]:
    """Everything one pass over the components needs; ids differ between the passes."""
    now = clock.now()
    form = ExampleForm(
        {"name": "Ada Bruni", "email": "ada.bruni@", "visible": "answer", "language": "it"}, auto_id=f"{theme}_%s"
    )
    return {
        "theme": theme,
        "name": {"light": _("Light"), "dark": _("Dark")}[theme],
        "statuses": [status.value for status in Status],
        "priorities": [priority.value for priority in Priority],
        "people": [
            "Ada Bruni",
            "Ben Carta",
            "Caterina De Luca",
            "Dario Esposito",
            "Elena Fontana",
            "Fabio Greco",
            "Giulia Hofer",
            "Ivo Lai",
        ],
        "now": now,
        "ago": now - timedelta(hours=3, minutes=20),
        "soon": now + timedelta(days=2, hours=5),
        "tickets": _tickets(now),
        "messages": _messages(now, theme),
        "events": _events(now),
        "figures": _figures(),
        "charts": chart_patterns.drawn(theme),
        "spark": chart_patterns.spark(theme),
        "form": form,
        "custom_fields": controls(CUSTOM_FIELDS, {1: "stampante"}, "it", form=TICKET_FORM, who=END_USER, prefix=theme),
        **workspace(theme, now),
        "files": [
            SimpleNamespace(name="schermata-errore.png", size=284_113, url="#", is_image=True),
            SimpleNamespace(name="Contratto di assistenza 2026 (firmato).pdf", size=1_904_220, url="#", is_image=False),
        ],
        "page": SimpleNamespace(newer_url="#", older_url="#"),
    }


def _tickets(now: datetime) -> SimpleNamespace:
    rows = _rows(now)
    columns = [
        SimpleNamespace(name=name, label=label, look=look, sort_url="#" if by else "", direction=by)
        for name, label, look, by in (
            ("subject", "Oggetto", "subject", ""),
            ("requester", "Richiedente", "who", ""),
            ("assignee", "Assegnatario", "person", ""),
            ("waiting", "Attesa", "when ticket-row__cell--by", "descending"),
        )
    ]
    groups = [
        SimpleNamespace(label="Da fare", count=3, rows=rows[:3]),
        SimpleNamespace(label="In pausa", count=3, rows=rows[3:]),
    ]
    return SimpleNamespace(columns=columns, groups=groups, has_status=False, can_pick=False, is_found=False)


def _row(now: datetime, minutes: int, **facts: Any) -> SimpleNamespace:
    usual: dict[str, Any] = {"url": "#", "is_unread": False, "snippet": "", "promise": None}
    said = {"requester": "", "assignee": "", "wait": "", "tags": [], "priority": None} | facts
    shown = {
        "requester": cells.text(said["requester"]),
        "assignee": cells.person(said["assignee"]),
        "waiting": cells.wait(now - timedelta(minutes=minutes), said["wait"]),
    }
    marks = cells.tags(said["tags"]) + priority(said["priority"], bare=True)
    return SimpleNamespace(**usual | facts | {"cells": shown, "marks": marks})


def _rows(now: datetime) -> list[SimpleNamespace]:
    return [
        _row(
            now,
            12,
            status="new",
            requester="Caterina De Luca",
            subject="La stampante del secondo piano non stampa più",
            is_unread=True,
            snippet="Buongiorno, da stamattina la stampante accanto alla sala riunioni…",
            priority=Priority.HIGH,
        ),
        _row(
            now,
            200,
            status="open",
            requester="Officina Belvedere",
            subject="Re: Preventivo per tre postazioni",
            assignee="Ada Bruni",
            is_unread=True,
            snippet="Va bene il secondo, quando potreste passare?",
            tags=["preventivo"],
            wait="long",
            promise=SimpleNamespace(at=now + timedelta(minutes=40), is_missed=False, is_soon=True),
        ),
        _row(
            now,
            1700,
            status="open",
            requester="Dario Esposito",
            subject="Computer lento dopo l'aggiornamento",
            assignee="Ben Carta",
            snippet="Ho provato a riavviare come mi avete detto ma",
            priority=Priority.URGENT,
            tags=["pc", "windows"],
            wait="breached",
            promise=SimpleNamespace(at=now - timedelta(hours=3), is_missed=True, is_soon=False),
        ),
        _row(
            now,
            3200,
            status="pending",
            requester="Elena Fontana",
            subject="Can't reach the shared folder from home",
            assignee="Ada Bruni",
            snippet="Thanks, I will try tonight.",
        ),
        _row(
            now,
            9000,
            status="hold",
            requester="Fabio Greco",
            subject="Ricambio per lo scanner",
            assignee="Ben Carta",
            snippet="In attesa del fornitore",
            priority=Priority.LOW,
        ),
        _row(
            now,
            20000,
            status="solved",
            requester="Giulia Hofer",
            subject="Password dimenticata",
            assignee="Ada Bruni",
            snippet="",
        ),
    ]


def _messages(now: datetime, theme: str) -> list[SimpleNamespace]:
    usual: dict[str, Any] = {
        "quoted": "",
        "body_url": "",
        "has_remote_images": False,
        "origin": 0,
        "original_url": "",
        "split_url": "",
        "delivery": None,
        "is_internal": False,
        "attachments": [],
        "route": "",
        "via_label": "",
        "is_machine": False,
    }
    return [
        SimpleNamespace(
            **usual
            | {
                "id": f"{theme}-1",
                "author": "Caterina De Luca",
                "kind": "customer",
                "at": now - timedelta(hours=5),
                "via_label": "mail",
                "text": "Buongiorno,\n\nda stamattina la stampante non stampa più. Riavviata: niente.\n\nCaterina",
                "quoted": "Assistenza ha scritto:\n> La stampante è collegata alla nuova rete.",
                "attachments": [SimpleNamespace(name="coda-di-stampa.png", size=184_113, url="#", is_image=True)],
            }
        ),
        SimpleNamespace(
            **usual
            | {
                "id": f"{theme}-2",
                "author": "Ben Carta",
                "kind": "note",
                "at": now - timedelta(hours=4),
                "text": "È la stessa di prima: il driver torna a quello generico dopo ogni aggiornamento.",
            }
        ),
        SimpleNamespace(
            **usual
            | {
                "id": f"{theme}-3",
                "author": "Ada Bruni",
                "kind": "answer",
                "at": now - timedelta(hours=3),
                "route": "a caterina.deluca@officina.example",
                "text": "Buongiorno Caterina,\n\nho rimesso il driver giusto. Può provare ora?\n\nAda",
            }
        ),
    ]


def _events(now: datetime) -> list[SimpleNamespace]:
    usual: dict[str, Any] = {"kind": "", "detail": "", "cancel_url": "", "cancel_label": "", "cancel_question": ""}
    return [
        SimpleNamespace(
            **usual | {"icon": "mail", "text": "Richiesta aperta da una mail", "at": now - timedelta(hours=5)}
        ),
        SimpleNamespace(
            **usual
            | {
                "icon": "mail-check",
                "kind": "mail",
                "text": "Presa in carico, con il nome di Ada Bruni",
                "detail": "250 2.0.0 Ok: queued",
                "at": now - timedelta(hours=5),
            }
        ),
        SimpleNamespace(
            **usual | {"icon": "check", "kind": "done", "text": "Risolta da Ada Bruni", "at": now - timedelta(hours=3)}
        ),
        SimpleNamespace(
            **usual
            | {
                "icon": "mail-x",
                "kind": "failed",
                "text": "La mail «risolta» è tornata indietro",
                "detail": "550 5.1.1 mailbox unavailable",
                "at": now - timedelta(hours=2),
            }
        ),
        SimpleNamespace(
            **usual
            | {
                "icon": "lock",
                "kind": "future",
                "text": "Si chiude",
                "at": now + timedelta(days=2, hours=1),
                "cancel_url": "#",
                "cancel_label": "Annulla",
                "cancel_question": "Annullare la chiusura?",
            }
        ),
        SimpleNamespace(
            **usual
            | {"icon": "star", "kind": "future", "text": "Chiede com'è andata", "at": now + timedelta(days=4, hours=1)}
        ),
    ]


def _figures() -> list[SimpleNamespace]:
    usual: dict[str, Any] = {"unit": "", "n": None, "definition": "", "before": None, "trend": None, "direction": None}
    return [
        SimpleNamespace(
            **usual
            | {
                "label": "Ticket risolti",
                "value": "684",
                "n": None,
                "before": "651",
                "direction": "up",
                "definition": "Ticket il cui ultimo passaggio a risolto cade nel mese.",
            }
        ),
        SimpleNamespace(
            **usual
            | {
                "label": "Prima risposta, mediana",
                "value": "42",
                "unit": "min",
                "n": 671,
                "before": "58 min",
                "trend": "better",
                "direction": "down",
                "definition": "Dalla creazione alla prima risposta pubblica, in ore d'ufficio.",
            }
        ),
        SimpleNamespace(
            **usual
            | {
                "label": "Soddisfazione",
                "value": "96,4",
                "unit": "%",
                "n": 67,
                "before": "97,1 %",
                "trend": "worse",
                "direction": "down",
                "definition": "Voti buoni su tutti i voti dati nel mese.",
            }
        ),
        SimpleNamespace(
            **usual
            | {
                "label": "Risolti al primo contatto",
                "value": None,
                "n": 0,
                "definition": "Ticket risolti con una sola risposta pubblica.",
            }
        ),
    ]
