"""The incidents of a problem: link, unlink, write down one more, answer and solve them all. And follow-ups by hand."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access, families
from sportello.desk.actions import incidents as verbs
from sportello.desk.actions import jobs, tickets
from sportello.desk.actions.people import Sender
from sportello.desk.errors import DeskError, Invalid, Missing
from sportello.desk.models import Ticket, User
from sportello.desk.words import JobState, Permission, Via
from sportello.kit.keys import key_of
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.navigation import page
from sportello.web.ui import paging
from sportello.web.ui.forms import Form

EMAIL = forms.EmailInput({"class": "input", "placeholder": gettext_lazy("Mail address")})


class IncidentForm(Form):
    verb_names = {"email": "who", "comment": "text"}
    who = forms.EmailField(label=gettext_lazy("Who has it too"), widget=EMAIL)
    name = forms.CharField(label=gettext_lazy("Name, if new"), required=False, max_length=200)
    text = forms.CharField(label=gettext_lazy("What was said"), required=False, widget=forms.Textarea({"rows": 3}))


class SolutionForm(Form):
    text = forms.CharField(label=gettext_lazy("Answer"), widget=forms.Textarea({"rows": 6}))


@permitted(Permission.EDIT)
@require_safe
def incidents(request: HttpRequest, ticket_id: int) -> HttpResponse:
    return _page(request, access.get_ticket(agent_of(request), ticket_id, to="edit"))


def _page(
    request: HttpRequest, ticket: Ticket, *, new: IncidentForm | None = None, solution: SolutionForm | None = None
) -> HttpResponse:
    agent = agent_of(request)
    every = access.tickets(agent).filter(problem__in=[ticket.pk, *families.merged_into(ticket.pk)])
    found = paging.page(every.select_related("requester", "assignee"), request.GET)
    context = {
        "ticket": ticket,
        "incidents": found.rows,
        "page": found,
        "unsolved": every.unsolved().count(),
        "new": new or IncidentForm(),
        "solution": solution or SolutionForm(initial={"text": _last_answer(agent, ticket)}),
    }
    return page(request, "agent/incidents.html", context, status=422 if new or solution else 200)


def _last_answer(agent: User, ticket: Ticket) -> str:
    """What the customer of the problem was told last: usually the solution."""
    answers = access.comments(agent, ticket).filter(public=True, automatic=False, author__role__in=("agent", "admin"))
    answer = answers.exclude(author=ticket.requester_id).last()
    return answer.text if answer else ""


@require_POST
@permitted(Permission.EDIT)
def new_incident(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket, form = access.get_ticket(agent, ticket_id, to="edit"), IncidentForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, new=form)
    said = form.cleaned_data
    try:
        made = verbs.add(
            ticket.pk, sender=Sender(said["name"], said["who"]), text=said["text"], actor=agent, via=Via.WEB
        )
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return _page(request, ticket, new=form)
    except DeskError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, ticket, new=form)
    messages.success(request, _("Written down as #%(ticket)s.") % {"ticket": made.pk})
    return redirect("agent:incidents", ticket.pk)


@require_POST
@permitted(Permission.ANSWER)
def solution(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket, form = access.get_ticket(agent, ticket_id, to="edit"), SolutionForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, solution=form)
    job = jobs.press_on(verbs.solve(ticket.pk, form.cleaned_data["text"], actor=agent), seconds=jobs.WATCHED_SECONDS)
    if job.state != JobState.DONE:
        return redirect("agent:job", job.pk)
    if job.failed:
        failed = _("%(failed)s of %(total)s could not be solved: open them to see why.")
        messages.error(request, failed % {"failed": job.failed, "total": job.total})
    else:
        messages.success(request, _("All incidents are answered and solved."))
    return redirect("agent:incidents", ticket.pk)


@require_POST
@permitted(Permission.EDIT)
def problem(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Link a ticket to its problem by number, or to none."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="edit")
    asked = request.POST.get("problem", "").strip().lstrip("#")
    try:
        if asked:
            found = access.get_ticket(agent, key_of(asked), to="edit")
            verbs.link(ticket.pk, found.pk, actor=agent, via=Via.WEB)
        else:
            verbs.unlink(ticket.pk, actor=agent, via=Via.WEB)
    except Missing:
        messages.error(request, _("There is no ticket #%(number)s.") % {"number": asked})
    except DeskError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Saved."))
    return redirect("agent:ticket", ticket.pk)


@require_POST
@permitted(Permission.EDIT)
def follow_ups(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """A new ticket that goes on with a closed one."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="edit")
    if not ticket.is_closed or ticket.merged_into_id:
        messages.error(request, _("This ticket still goes on: write on it."))
        return redirect("agent:ticket", ticket.pk)
    note = tickets.Words(_("Opened to follow up #%(ticket)s.") % {"ticket": ticket.pk}, public=False)
    made = tickets.follow_up(ticket, note, actor=agent, via=Via.WEB)
    return redirect("agent:ticket", made.pk)
