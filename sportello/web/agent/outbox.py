"""The outbox: every mail of the desk, how it will be read, and what the next server said."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sportello.desk import access, links
from sportello.desk.actions import outbox as mails
from sportello.desk.models import OutgoingMail
from sportello.desk.words import Permission, SendState, Step
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
from sportello.web.agent.navigation import page
from sportello.web.ui import paging
from sportello.web.ui.framed import framed_letter

BADGE = {
    SendState.QUEUED: "info",
    SendState.SENT: "positive",
    SendState.KEPT: "warning",
    SendState.FAILED: "negative",
    SendState.CANCELLED: "closed",
}
OTHER_STEPS = {
    "reply": gettext_lazy("Answer"),
    "sign_in": gettext_lazy("Sign-in link"),
    "invitation": gettext_lazy("Invitation"),
    "test": gettext_lazy("Test mail"),
    "contact": gettext_lazy("Direct contact"),
    "notice": gettext_lazy("From a rule"),
    "side": gettext_lazy("Side conversation"),
    "report": gettext_lazy("Report"),
    "monthly_report": gettext_lazy("The month's report"),
}


@staff
def outbox(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    found = access.outgoing_mails(agent_of(request)).defer("text", "html", "references")
    if state in SendState.values:
        found = found.filter(state=state)
    shown = paging.page(found, request.GET)
    tabs = [("", _("All")), *SendState.choices]
    context = {"mails": [as_row(mail) for mail in shown.rows], "page": shown, "tabs": tabs, "state": state}
    return page(request, "agent/outbox.html", context)


@staff
def outgoing(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail = access.get_outgoing_mail(agent_of(request), mail_id)
    context = {"mail": as_row(mail), "text": links.without_tokens(mail.text), "here": reverse("agent:outbox")}
    return page(request, "agent/outgoing.html", context)


@staff
def letter(request: HttpRequest, mail_id: int) -> HttpResponse:
    """The mail's HTML as its reader will see it, for a frame. Its links are his alone: here they lead nowhere."""
    return framed_letter(links.without_tokens(access.get_outgoing_mail(agent_of(request), mail_id).html))


@require_POST
@permitted(Permission.MAIL)
def retrial(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail, agent = access.get_outgoing_mail(agent_of(request), mail_id), agent_of(request)
    attempt(request, lambda: mails.retry(mail.pk, actor=agent), _("It will be sent in a moment."))
    return redirect("agent:outgoing", mail.pk)


@require_POST
@permitted(Permission.MAIL)
def cancellation(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail, agent = access.get_outgoing_mail(agent_of(request), mail_id), agent_of(request)
    attempt(request, lambda: mails.cancel(mail.pk, actor=agent), _("Taken back: it has not left."))
    return redirect("agent:outgoing", mail.pk)


def as_row(mail: OutgoingMail) -> SimpleNamespace:
    state = SendState(mail.state)
    return SimpleNamespace(
        pk=mail.pk,
        to=mail.to,
        sender=f"{mail.sender_name} <{mail.sender}>" if mail.sender_name else mail.sender,
        subject=mail.subject,
        step=Step(mail.step).label if mail.step in Step.values else OTHER_STEPS.get(mail.step, mail.step),
        ticket_id=mail.ticket_id,
        state_label=_("came back") if mail.bounced_at else state.label,
        badge="negative" if mail.bounced_at else BADGE[state],
        answer=mail.bounce or mail.server_answer or mail.last_error,
        at=mail.settled_at or mail.created_at,
        due_at=mail.due_at if state == SendState.QUEUED else None,
        attempts=mail.attempts,
        can_retry=state in (SendState.FAILED, SendState.KEPT),
        can_cancel=state == SendState.QUEUED,
        message_id=mail.message_id,
    )
