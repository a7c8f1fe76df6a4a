"""Mail that waits for a person: held or failed. Nothing is deleted by itself."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access, links
from sportello.desk.actions import inbox
from sportello.desk.models import InboundMail
from sportello.desk.rules import history
from sportello.desk.words import MailState, Permission
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
from sportello.web.agent.navigation import page
from sportello.web.ui import paging


@staff
def held(request: HttpRequest) -> HttpResponse:
    mails = access.inbound_mails(agent_of(request)).filter(state__in=(MailState.HELD, MailState.FAILED))
    shown = paging.page(mails.select_related("ticket"), request.GET)
    return page(request, "agent/held.html", {"mails": [as_row(mail) for mail in shown.rows], "page": shown})


@staff
def held_mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail = access.get_inbound_mail(agent_of(request), mail_id)
    context = {"mail": as_row(mail), "preview": links.without_tokens(mail.preview), "here": reverse("agent:held")}
    return page(request, "agent/held_mail.html", context)


@require_POST
@permitted(Permission.MAIL)
def acceptance(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail, agent = access.get_inbound_mail(agent_of(request), mail_id), agent_of(request)
    attempt(request, lambda: inbox.accept(mail.pk, actor=agent), _("Accepted: it will be on its ticket in a moment."))
    return redirect("agent:held")


@require_POST
@permitted(Permission.MAIL)
def rejection(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail, agent = access.get_inbound_mail(agent_of(request), mail_id), agent_of(request)
    attempt(request, lambda: inbox.reject(mail.pk, actor=agent), _("Rejected. It stays in the ledger."))
    return redirect("agent:held")


@require_POST
@permitted(Permission.MAIL)
def replay(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail, agent = access.get_inbound_mail(agent_of(request), mail_id), agent_of(request)
    attempt(request, lambda: inbox.replay(mail.pk, actor=agent), _("It will be read again in a moment."))
    return redirect("agent:held")


def as_row(mail: InboundMail) -> SimpleNamespace:
    """A mail of the ledger as the pages show it."""
    return SimpleNamespace(
        pk=mail.pk,
        sender=mail.sender or mail.envelope.get("sender") or "",
        recipients=", ".join(mail.envelope.get("recipients", [])),
        subject=mail.subject,
        size=mail.size,
        source=InboundMail.Source(mail.source).label,
        received_at=mail.received_at,
        state=mail.state,
        state_label=MailState(mail.state).label,
        why=history.mail_reason(mail.reason) if mail.reason else "",
        # The code of a kind of machine has words too.
        detail=history.mail_reason(mail.detail) if mail.detail else mail.last_error,
        ticket_id=mail.ticket_id,
        is_held=mail.state == MailState.HELD,
        can_replay=mail.state in inbox.REPLAYABLE,
        original_url=reverse("agent:original", args=[mail.pk]),
    )
