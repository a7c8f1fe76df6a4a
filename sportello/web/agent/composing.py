"""The composer of a ticket's page: its form, what is kept of it, and which answers are on their way."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.desk import access
from sportello.desk.actions import configuration, macros
from sportello.desk.actions.drafts import BESIDE, Written
from sportello.desk.models import Ticket, User
from sportello.desk.rules import drafts as rules
from sportello.desk.rules.custom_fields import id_of
from sportello.desk.rules.kinds import Unreadable
from sportello.desk.rules.macros import read_effect, write_effect
from sportello.desk.words import Status, TimerKind
from sportello.kit import clock, html_written
from sportello.kit import html as kit_html
from sportello.kit.keys import DIGITS
from sportello.web.agent.macro_choice import Chosen, EffectsField, chosen_of, offered
from sportello.web.agent.prepared import prepared
from sportello.web.ui.asked_fields import AskingForm
from sportello.web.ui.custom_fields import Control
from sportello.web.ui.forms import FileInput, FilesField

BY_HAND = (Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED)
ATTACHMENT = "attachment"
OWN_TIME = "own"
WRITES_IN = {"it": gettext_lazy("writes in Italian"), "en": gettext_lazy("writes in English")}


class WrittenField(forms.CharField):
    """Whatever is pasted is taken: a sign that databases do not hold must not lose all the others."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\0", "")


class KeyField(forms.IntegerField):
    """The number of a row, hidden; as large as one can be."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, min_value=0, max_value=10**DIGITS - 1)


class CommentForm(AskingForm):
    """An answer or a note. status: set in the same gesture. seen: the latest comment that the writer had before him.

    html: what the editor shows, not cleaned. macro: the one that was put in; changes: what stays ticked of it. Of the
    ticket's own fields those that are missing. at: when it leaves, if not at once. asked: warnings that were seen.
    is_warned: what was typed may leave as it is. forgotten: the word that speaks of a file that is not there.
    """

    verb_names = {"comment": "text"}
    is_warned = False
    forgotten = ""
    kind = forms.ChoiceField(choices=[("answer", ""), ("note", "")], initial="answer")
    text = WrittenField(widget=forms.Textarea, required=False, strip=False)
    html = WrittenField(required=False, strip=False)
    attachments = FilesField(required=False, widget=FileInput({"aria-label": gettext_lazy("Attach files")}))
    status = forms.ChoiceField(choices=[("", ""), *((status.value, "") for status in BY_HAND)], required=False)
    at = forms.CharField(required=False)
    own_at = forms.CharField(required=False)
    seen = KeyField()
    version = KeyField()
    macro = KeyField()
    changes = EffectsField(required=False)
    asked = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        """What is missing is shown alone: whether it is asked hangs on what a macro sets, too."""
        self.said = self.typed
        return self.cleaned_data

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").strip()

    def clean_own_at(self) -> datetime | None:
        """When it leaves, in the writer's time zone."""
        wanted = self.cleaned_data.get("at")
        wanted = self.cleaned_data["own_at"] if wanted == OWN_TIME else wanted
        if not wanted:
            if self.cleaned_data.get("at") == OWN_TIME:
                raise forms.ValidationError(_("Choose a time that is still to come, within a year."))
            return None
        return forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"]).clean(wanted)

    def missing(self) -> list[Control]:
        """The fields that a refusal named, to be filled in here."""
        return self.controls({*self.typed, *map(id_of, self.faults)})

    @property
    def is_note(self) -> bool:
        return self.cleaned_data.get("kind") == "note"


def written_of(form: CommentForm, agent: User, ticket: Ticket) -> Written:
    """What a form that was cleaned says; whatever is wrong in it is left out."""
    said = form.cleaned_data
    text, html = said.get("text", ""), said.get("html", "")
    if html.strip():
        pictures = _pictures(agent, ticket.pk) if "<img" in html else {}
        text, html = html_written.written(_with_cids(html, pictures), pictures)
    return Written(
        text=text,
        html=html,
        public=said.get("kind") != "note",
        status=said.get("status", ""),
        macro_id=said.get("macro"),
        changes=tuple(write_effect(it) for it in said.get("changes") or ()),
        fields=form.said,
    )


def _pictures(agent: User, ticket_id: int) -> dict[str, str]:
    """The pictures of one's draft: the address of each by its content id."""
    found = [file for file in _files(agent, ticket_id) if file.inline]
    return {file.content_id: reverse("agent:draft_file", args=[ticket_id, file.pk]) for file in found}


def _with_cids(html: str, pictures: dict[str, str]) -> str:
    """The editor's html, its pictures named by content id. What else is in it is for whoever cleans it."""
    for content_id, url in pictures.items():
        html = html.replace(f'src="{url}"', f'src="cid:{content_id}"')
    return html


@prepared
def kept_of(agent: User, ticket_id: int) -> QuerySet[Any]:
    """What this agent is writing on the ticket, and what those who have left were about to say."""
    columns = ("pk", "author_id", "public", "text", "html", "macro_id", "changes", "fields", "version", "updated_at")
    stopped = ("author__name", "stopped_because", "stopped_by__name", "stopped_detail", "stopped_at")
    return access.drafts_and_left(agent, ticket_id).values_list(*columns, *stopped, named=True)


@prepared
def _files(agent: User, ticket_id: int) -> QuerySet[Any]:
    columns = ("pk", "file_name", "content_type", "size", "inline", "content_id")
    return access.draft_files(agent, ticket_id).values_list(*columns, named=True)


@prepared
def _left_files(agent: User, ticket_id: int) -> QuerySet[Any]:
    columns = ("pk", "draft_id", "file_name", "size", "inline")
    return access.left_files(agent, ticket_id).values_list(*columns, named=True)


def _left_behind(agent: User, ticket_id: int, found: list[Any]) -> list[SimpleNamespace]:
    """What those who work here no more were about to say."""
    files = _left_files(agent, ticket_id) if found else []
    return [
        SimpleNamespace(
            author=it.author__name,
            text=it.text,
            at=it.stopped_at,
            files=[_file(file, ticket_id) for file in files if file.draft_id == it.pk],
            take_url=reverse("agent:draft_taking", args=[ticket_id, it.author_id]),
        )
        for it in found
    ]


@dataclass(frozen=True, slots=True)
class Leaving:
    """An answer on its way. author: "" where it is the reader's own. seconds: until it leaves."""

    author: str
    at: datetime
    seconds: float
    text: str = ""

    @property
    def is_soon(self) -> bool:
        return self.seconds <= 60


def composer_of(
    request: HttpRequest, ticket: Ticket, tags: Collection[str], bound: CommentForm | None, waiting: Iterable[Any]
) -> dict[str, Any]:
    """All that the composer's template shows. waiting: the ticket's clocks."""
    agent = request.user
    assert isinstance(agent, User)
    chosen = chosen_of(request, ticket, tags, bound)
    written = kept_of(agent, ticket.pk)
    kept = next((it for it in written if it.author_id == agent.pk), None)
    clocks = [it for it in waiting if it.kind == TimerKind.SEND]
    own = next((it for it in clocks if kept and it.draft_id == kept.pk), None)
    files = _files(agent, ticket.pk) if kept else []
    beside = SimpleNamespace(**kept.fields[BESIDE]) if kept and BESIDE in kept.fields else None
    writing = beside if own else kept
    if writing and bound is None:
        chosen = _resumed(chosen, writing)
    pictures = {it.content_id: reverse("agent:draft_file", args=[ticket.pk, it.pk]) for it in files if it.inline}
    now = clock.now()
    is_first_note = own and not writing and not chosen.is_fresh
    return {
        "composer": bound or CommentForm(initial={"kind": "note"} if is_first_note else chosen.initial),
        "editor_html": SafeString(kit_html.replace_cids(_shown(bound, writing, chosen, pictures), pictures)),
        "macros": offered(agent),
        "chosen": chosen,
        "missing": bound.missing() if bound else (),
        "kept": writing,
        "kept_version": writing.version if writing else 0,
        "kept_files": [] if own else [_file(it, ticket.pk) for it in files],
        "note_beside": None if own else beside,
        "left_behind": _left_behind(agent, ticket.pk, [it for it in written if it is not kept]),
        "elsewhere": _elsewhere(bound, writing),
        "leaving": _leaving(own, "", kept.text, now) if own and kept else None,
        "others_leaving": [_leaving(it, it.draft__author__name, "", now) for it in clocks if it is not own],
        "later": rules.later(timezone.localtime(now)),
        "writes_in": WRITES_IN.get(ticket.requester.language[:2], ""),
    }


def _leaving(timer: Any, author: str, text: str, now: datetime) -> Leaving:
    return Leaving(author, timer.due_at, max(0.0, (timer.due_at - now).total_seconds()), text)


def _resumed(chosen: Chosen, kept: Any) -> Chosen:
    """The composer as it was left; a macro that was chosen now follows what was written."""
    if chosen.is_fresh:
        text = "\n\n".join(filter(None, (kept.text, chosen.initial.get("text", ""))))
        return replace(chosen, initial={**chosen.initial, "text": text})
    initial = {"kind": "answer" if kept.public else "note", "text": kept.text}
    fields = configuration.current().fields
    effects = []
    for line in kept.changes:
        try:
            effects.append(read_effect(line, fields))
        except Unreadable:  # What it names is gone since.
            continue
    return Chosen(id=kept.macro_id, parts=macros.parts(effects), initial=initial)


def _shown(bound: CommentForm | None, kept: Any, chosen: Chosen, pictures: dict[str, str]) -> str:
    """What the editor begins with where that is more than plain text; cleaned."""
    if bound is not None:
        return html_written.written(_with_cids(bound.data.get("html", ""), pictures), pictures)[1]
    if kept is None or not kept.html:
        return ""
    added = str(chosen.initial.get("text", ""))[len(kept.text) :].strip() if chosen.is_fresh else ""
    return html_written.simple(kept.html) + kit_html.from_text(added)


def _elsewhere(bound: CommentForm | None, kept: Any) -> Any:
    """What another tab has kept meanwhile, when that is not what comes back here."""
    if bound is None or kept is None or bound.cleaned_data.get("version") in (None, kept.version):
        return None
    return kept if kept.text.strip() and kept.text != bound.cleaned_data.get("text", "") else None


def _file(file: Any, ticket_id: int) -> SimpleNamespace:
    url = reverse("agent:draft_file", args=[ticket_id, file.pk])
    return SimpleNamespace(
        id=file.pk, url=url, drop_url=f"{url}/dropping", name=file.file_name, size=file.size, inline=file.inline
    )


def has_files(agent: User, ticket_id: int, html: str) -> bool:
    """Whether one's draft carries any file, or shows a picture."""
    shown = html_written.content_ids(html)
    return any(not it.inline or it.content_id in shown for it in _files(agent, ticket_id))
