"""Rules as files: what is exported, and what somebody brings to be imported."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from sportello.desk.errors import Invalid
from sportello.web.agent.doors import agent_of
from sportello.web.agent.navigation import page
from sportello.web.ui.files import download

FAULTS = 50


def exported(name: str, rules: list[dict[str, Any]]) -> HttpResponse:
    """A file with {name: rules}."""
    text = json.dumps({name: rules}, ensure_ascii=False, indent=2) + "\n"
    response = download(text.encode(), f"{name}.json", "application/json")
    response["Cache-Control"] = "no-store"
    return response


def brought(request: HttpRequest) -> str:
    """What the form of an import brings, as a file or as text. Raises Invalid("file")."""
    file = request.FILES.get("file")
    try:
        return file.read().decode("utf-8-sig") if file else request.POST.get("text", "")
    except UnicodeDecodeError:
        raise Invalid("file", _("This is no text.")) from None


def read_json(text: str) -> object:
    """Raises Invalid("text") for what is no JSON, and for what no database keeps."""
    try:
        data = json.loads(text)
        # Half a character, and the character nought.
        if b"\\u0000" in json.dumps(data, ensure_ascii=False).encode():
            raise ValueError
    except json.JSONDecodeError as fault:
        where = {"line": fault.lineno, "column": fault.colno}
        raise Invalid("text", _("This is no JSON: line %(line)s, column %(column)s.") % where) from None
    except (ValueError, RecursionError):
        raise Invalid("text", _("This is no JSON that can be kept.")) from None
    return data


def import_page(
    request: HttpRequest, keep: Callable[..., Sequence[object]], root: str, title: str | Promise
) -> HttpResponse:
    """The page on which rules are brought. keep: the verb. root: the address of the list of this title."""
    text, faults = "", {}
    if request.method == "POST":
        try:
            text = brought(request)
            kept = keep(read_json(text), actor=agent_of(request))
        except Invalid as refusal:
            faults = refusal.fields
        else:
            messages.success(request, _("Imported: %(count)s.") % {"count": len(kept)})
            return redirect(root)
    context = {"here": root, "root": root, "title": title, "text": text, "faults": list(faults.items())[:FAULTS]}
    return page(request, "agent/rule_import.html", context, status=422 if faults else 200)
