"""Trying the mail of the desk: reading a mailbox, sending from it, and the whole way of a mail to itself.

Nothing here is inside a transaction: a server may take its time. Private addresses are what mail servers often have,
and only administrators name them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import desks
from sportello.desk.actions import mailboxes as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import InboundMail, Mailbox, OutgoingMail, User
from sportello.desk.words import MailState, SendState
from sportello.kit import checkup, clock, imap, secrets, smtp
from sportello.kit.checkup import Step
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page

SECONDS = 10.0  # for each answer of a server that is tried while somebody waits for the page
PATIENCE = 60.0  # seconds until a mail to oneself should have come back
_RESULT = re.compile(r"\b(spf|dkim|dmarc)=(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trial:
    """of: "reading" or "sending". more: what came of it besides the steps."""

    of: str
    steps: Sequence[Step]
    more: str = ""

    @property
    def is_fine(self) -> bool:
        return checkup.is_fine(self.steps)


def tried_reading(mailbox: Mailbox) -> Trial:
    try:
        password = secrets.decrypt(mailbox.imap_secret)
    except secrets.Unreadable:
        wrong = _("The password cannot be read any more: enter it again.")
        return Trial("reading", [Step("sign_in", _("User and password are accepted"), False, wrong)])
    account = imap.Account(
        host=mailbox.imap_host,
        port=mailbox.imap_port,
        security=mailbox.imap_security,
        user=mailbox.imap_user,
        password=password,
        folders=tuple(mailbox.imap_folders) or ("INBOX",),
    )
    return Trial("reading", imap.examine(account, timeout=SECONDS))


def tried_sending(mailbox: Mailbox | None, agent: User) -> Trial:
    """The server is asked whether it takes a mail to the agent; when it does, one is sent."""
    label = _("There is a server for outgoing mail")
    try:
        way = desks.way_out()
    except secrets.Unreadable:
        wrong = _("The password cannot be read any more: enter it again.")
        return Trial("sending", [Step("server", label, False, wrong)])
    if mailbox is None:
        label, todo = _("There is an address to write from"), _("Add a mailbox.")
        return Trial("sending", [Step("mailbox", label, False, _("The desk has no mailbox yet."), todo)])
    if way is None:
        wrong = _("None is set: mails stay in the outbox.")
        return Trial("sending", [Step("server", label, False, wrong, _("Name one under “How mails leave”."))])
    if way.folder:
        steps = [Step("folder", _("Mails are written to a folder"), True, str(way.folder))]
    else:
        steps = smtp.examine(way, mailbox.address, agent.email or mailbox.address, timeout=SECONDS)
    if not checkup.is_fine(steps) or not agent.email:
        return Trial("sending", steps)
    try:
        mail = verbs.send_test(mailbox, agent.email, actor=agent)
    except Invalid as refusal:
        return Trial("sending", steps, str(refusal.message))
    return Trial("sending", steps, _("A test mail is on its way to %(address)s.") % {"address": mail.to})


# --- there and back ---------------------------------------------------------------------------------------------------


@require_POST
@admins
def round_trip(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    found = access.get_mailbox(agent_of(request), mailbox_id)
    mail = verbs.begin_round_trip(found, actor=agent_of(request))
    return redirect("agent:round_trip_of", found.pk, mail.pk)


@admins
@require_safe
def round_trip_of(request: HttpRequest, mailbox_id: int, mail_id: int) -> HttpResponse:
    context = {"here": reverse("agent:mailboxes"), **_trip(request, mailbox_id, mail_id)}
    return page(request, "agent/round_trip.html", context)


@admins
@require_safe
def round_trip_progress(request: HttpRequest, mailbox_id: int, mail_id: int) -> HttpResponse:
    return render(request, "agent/_round_trip.html", _trip(request, mailbox_id, mail_id))


def _trip(request: HttpRequest, mailbox_id: int, mail_id: int) -> dict[str, object]:
    agent = agent_of(request)
    found, mail = access.get_mailbox(agent, mailbox_id), access.get_outgoing_mail(agent, mail_id)
    arrival = verbs.arrival_of(mail)
    seconds = int((clock.now() - mail.created_at).total_seconds())
    is_late = arrival is None and seconds > PATIENCE
    failed = mail.state in (SendState.FAILED, SendState.CANCELLED, SendState.KEPT)
    return {
        "mailbox": found,
        "mail": mail,
        "steps": [_left(mail), _arrived(found, arrival, is_late=is_late, failed=failed)],
        "seconds": seconds,
        "is_over": arrival is not None or is_late or failed,
        "verdicts": _verdicts(arrival) if arrival else [],
    }


def _left(mail: OutgoingMail) -> Step:
    label = _("The mail has left")
    if mail.state == SendState.SENT:
        return Step("left", label, True, mail.server_answer)
    if mail.state == SendState.QUEUED:
        return Step("left", label, None, mail.last_error)
    todo = _("Try “Sending” on the mailbox's page: it says what is wrong.")
    return Step("left", label, False, mail.last_error or str(SendState(mail.state).label), todo)


def _arrived(mailbox: Mailbox, arrival: InboundMail | None, *, is_late: bool, failed: bool) -> Step:
    label = _("It has come back")
    if arrival:
        state = MailState(arrival.state).label
        return Step(
            "arrived", label, True, _("In the ledger as mail %(id)s: %(state)s") % {"id": arrival.pk, "state": state}
        )
    if not is_late or failed:
        return Step("arrived", label, None)
    if mailbox.last_error:
        return Step("arrived", label, False, mailbox.last_error)
    wrong = _("Nothing has come back within a minute.")
    todo = (
        _("Look into the mailbox itself, its spam folder too; a slow server may still deliver it.")
        if mailbox.imap_host
        else _("See that the mail server of %(address)s hands mail on to this desk.") % {"address": mailbox.address}
    )
    return Step("arrived", label, False, wrong, todo)


def _verdicts(arrival: InboundMail) -> list[SimpleNamespace]:
    """What the server that took it in says of SPF, DKIM and DMARC; the first header is the nearest server's."""
    headers = BytesHeaderParser().parsebytes(bytes(arrival.raw.content))
    first = str((headers.get_all("Authentication-Results") or [""])[0])
    found = {method.upper(): result.lower() for method, result in _RESULT.findall(first)}
    return [SimpleNamespace(method=it, result=found[it], is_good=found[it] == "pass") for it in sorted(found)]
