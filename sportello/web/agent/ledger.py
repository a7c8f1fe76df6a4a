"""The ledger: what became of every mail that ever arrived."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import inbox
from sportello.desk.rules import history
from sportello.desk.words import MailState
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.held import as_row
from sportello.web.agent.navigation import page
from sportello.web.ui import paging


@staff
def ledger(request: HttpRequest) -> HttpResponse:
    counted, state = inbox.ledger(), request.GET.get("state", "")
    mails = access.inbound_mails(agent_of(request))
    if state in MailState.values:
        mails = mails.filter(state=state)
    shown = paging.page(mails, request.GET)
    states = [
        {
            "value": each.value,
            "label": each.label,
            "number": counted["states"][each.value],
            "reasons": [
                (history.mail_reason(reason), number)
                for reason, number in sorted(counted["reasons"].get(each.value, {}).items(), key=lambda row: -row[1])
            ],
            "is_current": each.value == state,
        }
        for each in MailState
    ]
    context = {
        "received": counted["received"],
        "states": states,
        "adds_up": counted["received"] == sum(row["number"] for row in states),
        "mails": [as_row(mail) for mail in shown.rows],
        "page": shown,
        "shown": MailState(state).label if state in MailState.values else _("All mail"),
    }
    return page(request, "agent/ledger.html", context)
