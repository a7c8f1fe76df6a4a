"""What an agent is writing: kept as he types, its files, and an answer that has not left yet."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sportello.desk import access
from sportello.desk.actions import drafts, macros, sending
from sportello.desk.actions.tickets import NewFile
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import Draft, Ticket
from sportello.web.agent.composing import CommentForm, written_of
from sportello.web.agent.doors import agent_of, attempt, staff
from sportello.web.agent.macro_choice import Chosen
from sportello.web.ui.files import new_files, stored
from sportello.web.ui.forms import FilesField

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@require_http_methods(["GET", "POST"])
@staff
def draft(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Keep what was typed so far, as JSON; 409 with what another tab has kept. GET: what has become of it."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    if request.method == "GET":
        found = access.drafts(agent, ticket.pk).first()
        return JsonResponse({"state": _state(found)})
    try:
        kept = _keep(request, ticket)
    except drafts.ChangedElsewhere as other:
        found = other.draft
        said = {"said": str(other), "text": found.text, "html": found.html, "version": found.version}
        return JsonResponse(said, status=409)
    except Stale as refusal:
        return JsonResponse({"said": str(refusal)}, status=423)
    return JsonResponse({"version": kept.version or None})


def _state(found: Draft | None) -> str:
    if found is None:
        return "gone"
    return "leaving" if drafts.leaving(found) else "stopped" if found.stopped_because else "kept"


def _keep(request: HttpRequest, ticket: Ticket) -> Draft:
    form = CommentForm(request.POST)
    form.ask(None)
    form.is_valid()  # Half a form is kept as well: what is wrong in it is said when it is sent.
    said, agent = form.cleaned_data, agent_of(request)
    written = written_of(form, agent, ticket)
    return drafts.keep(ticket.pk, written, actor=agent, seen=said.get("seen") or 0, version=said.get("version"))


@require_POST
@staff
def files(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Put a file to the draft; inline: a picture in the text. 422 with a sentence."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    (sent, *_more) = new_files(FilesField(required=False).clean(request.FILES.getlist("file"))) or (None,)
    if sent is None:
        return JsonResponse({"said": _("This file is empty.")}, status=422)
    is_inline = "inline" in request.POST and sent.content_type in PICTURES
    file = NewFile(sent.file_name, sent.content_type, sent.content, inline=is_inline)
    try:
        kept = drafts.attach(ticket.pk, file, actor=agent)
    except (Invalid, Stale) as refusal:
        return JsonResponse({"said": refusal.sentence}, status=422)
    url = reverse("agent:draft_file", args=[ticket.pk, kept.pk])
    size = filesizeformat(kept.size)
    return JsonResponse({"url": url, "drop_url": f"{url}/dropping", "name": kept.file_name, "size": size})


@staff
def file(request: HttpRequest, ticket_id: int, file_id: int) -> HttpResponse:
    return stored(access.get_draft_file(agent_of(request), ticket_id, file_id), opens=True)


@require_POST
@staff
def file_dropping(request: HttpRequest, ticket_id: int, file_id: int) -> HttpResponse:
    """Take a file away. Without script the whole composer comes along, and is kept."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    if "text" in request.POST:
        _keep(request, ticket)
    attempt(request, lambda: drafts.detach(ticket.pk, file_id, actor=agent), _("Taken away."))
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#composer")


@require_POST
@staff
def discarding(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    try:
        drafts.discard(ticket.pk, actor=agent)
    except Stale as refusal:
        messages.error(request, str(refusal))
    else:  # The browser forgets its own copy, too.
        messages.success(request, _("Thrown away."), extra_tags=f"ticket-{ticket.pk}")
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#composer")


@require_POST
@staff
def undoing(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Take back an answer that has not left."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    attempt(request, lambda: sending.undo(ticket.pk, actor=agent), _("Taken back: nothing was sent."))
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#composer")


@require_POST
@staff
def taking(request: HttpRequest, ticket_id: int, user_id: int) -> HttpResponse:
    """Go on with an answer of somebody who works here no more."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    done = _("It is your draft now: change it, or send it as it is.")
    attempt(request, lambda: drafts.take_over(ticket.pk, user_id, actor=agent), done)
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#composer")


@require_POST
@staff
def hastening(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """An answer that was to leave later leaves now."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    attempt(request, lambda: sending.hasten(ticket.pk, actor=agent), _("Answer on its way."))
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#latest")


@staff
def macro(request: HttpRequest, ticket_id: int, macro_id: int) -> HttpResponse:
    """What a macro would put into the composer."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    found = access.get_macro(agent, macro_id)
    tags = ticket.taggings.values_list("tag", flat=True)
    try:
        seen = macros.preview(found, ticket, list(tags), agent)
    except Invalid:
        # It was written when this was readable; its page says what is wrong.
        raise Missing from None
    chosen = Chosen(found.pk, found.title, seen.parts, seen.lost, is_fresh=True)
    changes = render_to_string("agent/_composer_changes.html", {"chosen": chosen})
    kind = "" if seen.public is None else "answer" if seen.public else "note"
    return JsonResponse({"title": found.title, "text": seen.text, "kind": kind, "changes": changes})


@staff
def colleagues(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Who can be named on this ticket."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    names = [person.name for person in access.colleagues(agent, ticket.pk) if person.pk != agent.pk]
    return JsonResponse({"names": names})
