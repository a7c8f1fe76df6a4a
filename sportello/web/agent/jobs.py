"""What agents have set going on many rows: how far it has come, what could not be done, stopping and undoing it."""

from types import SimpleNamespace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import agents, bulk, importing, incidents, jobs, newcomers, tags, undoing
from sportello.desk.errors import Stale
from sportello.desk.models import Job, User
from sportello.desk.words import JobState
from sportello.web.agent.bulk import list_address
from sportello.web.agent.doors import agent_of, attempt, staff
from sportello.web.agent.navigation import page
from sportello.web.agent.wishes import in_words
from sportello.web.ui import paging

# What a job of each kind is called; a part that adds a kind adds its name.
TITLES = {
    agents.HAND_OVER: gettext_lazy("Tickets of somebody who has left, given away"),
    tags.KIND: gettext_lazy("A tag changed on all tickets"),
    bulk.KIND: gettext_lazy("Change of several tickets"),
    importing.KIND_PEOPLE: gettext_lazy("Import of people"),
    importing.KIND_ORGANIZATIONS: gettext_lazy("Import of organizations"),
    newcomers.KIND: gettext_lazy("People taken into the organization of their mail domain"),
    incidents.KIND: gettext_lazy("Incidents answered and solved"),
    undoing.UNDO: gettext_lazy("A change of several tickets undone"),
    undoing.REDO: gettext_lazy("A change of several tickets done again"),
}
REASONS = {
    bulk.CLOSED: gettext_lazy("closed: a closed ticket is not changed any more"),
    bulk.MISSING: gettext_lazy("gone, or out of reach"),
    bulk.BROKEN: gettext_lazy("a fault of ours; the log tells which"),
    undoing.STAYED: gettext_lazy("changed by somebody since: that was left as it is"),
}
LOOKS = {JobState.DONE: "circle-check", JobState.STOPPED: "ban", JobState.FAILED: "octagon-alert"}
# So many tickets that could not be changed are named.
NAMED = 200


@staff
def job_list(request: HttpRequest) -> HttpResponse:
    """His own, newest first; an administrator finds everybody's."""
    # The tickets of large ones are many.
    jobs_of = access.jobs(agent_of(request)).select_related("actor").defer("arguments")
    found = paging.page(jobs_of, request.GET)
    return page(request, "agent/jobs.html", {"jobs": [_shown(job) for job in found.rows], "page": found})


@staff
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    agent = agent_of(request)
    return page(request, "agent/job.html", {"job": told(agent, access.get_job(agent, job_id))})


@staff
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The piece of a page that tells how far it has come. ?back=: of the list that it stands in."""
    agent = agent_of(request)
    context = {"job": told(agent, access.get_job(agent, job_id)), "back": request.GET.get("back", "")}
    return render(request, "agent/_job.html", context)


@require_POST
@staff
def stopping(request: HttpRequest, job_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_job(agent, job_id)
    attempt(request, lambda: jobs.stop(found.pk, actor=agent), _("Stopped. What was done stays done."))
    return _where_it_stands(request, found)


@require_POST
@staff
def reversal(request: HttpRequest, job_id: int) -> HttpResponse:
    """Undo it, or do it again. Few tickets are put back while the agent waits; he comes back to his list, if any."""
    agent = agent_of(request)
    found = access.get_job(agent, job_id)
    try:
        back = undoing.start(found.pk, actor=agent)
    except Stale as refusal:
        messages.error(request, str(refusal))
        return redirect("agent:job", found.pk)
    jobs.press_on(back, seconds=jobs.WATCHED_SECONDS)
    return _where_it_stands(request, back)


def _where_it_stands(request: HttpRequest, shown: Job) -> HttpResponse:
    """The list that the agent came from, with the job above it; else its own page."""
    if "back" in request.POST:
        return redirect(list_address(request.POST, job=shown.pk))
    return redirect("agent:job", shown.pk)


def told(agent: User, job: Job) -> SimpleNamespace:
    """All that a page says of a job; one query more for those that could not be changed."""
    shown = _shown(job)
    undone = getattr(job, "undone_by", None)
    shown.undone_by, shown.undoes, shown.kind = undone and undone.pk, job.undoes_id, job.kind
    shown.wish = in_words(job.arguments["wish"], job.arguments["names"]) if job.kind == bulk.KIND else []
    shown.has_said = job.kind == bulk.KIND and {"text", "macro"} & job.arguments["wish"].keys()
    shown.has_report = bool(job.failed) and job.kind in importing.KINDS.values()
    shown.unchanged, shown.gone = job.result.get("unchanged", 0), job.result.get("gone", 0)
    shown.changed = job.done - shown.unchanged
    shown.can_undo = shown.has_ended and job.kind in undoing.UNDONE_BY and undone is None and shown.changed > 0
    shown.called_back, shown.left = job.result.get(undoing.CALLED_BACK, 0), job.result.get(undoing.LEFT, 0)
    shown.sent_again = job.result.get(undoing.SENT_AGAIN, 0)
    shown.stayed = job.result.get(undoing.STAYED, 0)
    shown.refused = _refused(agent, job) if job.failed or shown.stayed else []
    shown.rows = job.result.get("told", [])[:NAMED]  # Of a file that was read in: (number, why not).
    return shown


def _shown(job: Job) -> SimpleNamespace:
    return SimpleNamespace(
        pk=job.pk,
        title=TITLES.get(job.kind, _("Work on many rows")),
        actor=job.actor.name,
        state=_("broken off") if job.state == JobState.FAILED else job.get_state_display(),
        look=LOOKS.get(JobState(job.state), ""),
        has_ended=job.state not in jobs.WAITING,
        has_failed=job.state == JobState.FAILED,
        last_error=job.last_error,
        total=job.total,
        done=job.done,
        failed=job.failed,
        so_far=job.done + job.failed,
        created_at=job.created_at,
        ended_at=job.ended_at,
    )


def _refused(agent: User, job: Job) -> list[SimpleNamespace]:
    """The tickets that could not be changed, or not wholly, by the reason why."""
    by_reason: dict[str, list[int]] = {}
    items = access.job_items(agent, job).exclude(error="").values_list("error", "ticket")
    for error, ticket_id in items[:NAMED]:
        by_reason.setdefault(error, []).append(ticket_id)
    return [SimpleNamespace(why=REASONS.get(why, why), tickets=found) for why, found in by_reason.items()]
