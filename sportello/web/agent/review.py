"""The review of a bad vote: the vote, what was said, what was found; what it was about, by two people."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import review_causes
from sportello.desk.actions import reviews as verbs
from sportello.desk.actions.reviews import LONGEST, Finding
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import User, VoteReview
from sportello.desk.rules.satisfaction import topic_of
from sportello.desk.rules.satisfaction_reviews import told
from sportello.desk.words import About, Outcome, ReviewState, Score
from sportello.kit import clock
from sportello.kit.keys import key_of
from sportello.web.agent.doors import agent_of, attempt, staff
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, Select, offer

LATEST = 6  # messages of the conversation, and answers to choose from
EXCERPT = 60
HIDDEN = gettext_lazy("A message on a ticket that you do not see")
FOUND = (Outcome.CHANGED, Outcome.SETTLED, Outcome.NOTHING)
MARKS = {
    "opened": "thumbs-down",
    "withdrawn": "thumbs-up",
    "closed": "check",
    "overdue": "alarm-clock",
    "confirmed": "check-check",
    "remark": "message-square",
}


def _words(label: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONGEST, widget=forms.Textarea({"rows": rows}), strip=True
    )


class FindingForm(Form):
    cause = forms.ChoiceField(label=gettext_lazy("Why the vote was bad"), required=False, widget=Select)
    cause_text = _words(gettext_lazy("What happened"))
    answer_comment = forms.ChoiceField(
        label=gettext_lazy("Answered to the customer with"), required=False, widget=Select
    )
    answer = _words(gettext_lazy("What the customer was told otherwise"), 2)
    outcome = forms.ChoiceField(label=gettext_lazy("What came of it"), required=False, widget=Select)
    outcome_text = _words(gettext_lazy("What is different from now on"), 2)

    def __init__(self, *args: Any, review: VoteReview, answers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        causes = review_causes.usable()
        if review.cause and review.cause not in causes:
            causes[review.cause] = review_causes.every().get(review.cause, review.cause)
        offer(self, "cause", [("", _("not found yet")), *causes.items()])
        offer(self, "answer_comment", [("", _("no message")), *answers])
        offer(self, "outcome", [("", _("not decided yet")), *((it.value, str(it.label)) for it in FOUND)])

    def finding(self) -> Finding:
        said = dict(self.cleaned_data)
        return Finding(**{**said, "answer_comment": key_of(said["answer_comment"]) or None})


class ProposalForm(Form):
    about = forms.ChoiceField(label=gettext_lazy("What the vote is about"), widget=Select)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=LONGEST, widget=forms.Textarea({"rows": 2}), required=False
    )

    def __init__(self, *args: Any, review: VoteReview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic = topic_of(review.rating.about, review.rating.reviewed_about)
        offer(self, "about", [(it.value, str(it.label)) for it in About if it != topic])


@staff
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """Its page; a POST writes down what was found. do: "close" to be done with it too."""
    agent = agent_of(request)
    found = access.get_review(agent, review_id)
    if request.method != "POST":
        return _page(request, found)
    form = FindingForm(request.POST, review=found, answers=_answers(agent, found))
    is_closing = request.POST.get("do") == "close"
    if form.is_valid():
        try:
            verbs.work(found.pk, form.finding(), actor=agent, close=is_closing)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        except (Stale, Refused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Done.") if is_closing else _("Saved."))
            return redirect("agent:reviews") if is_closing else redirect("agent:review", found.pk)
    return _page(request, found, form=form, status=422)


@require_POST
@staff
def proposals(request: HttpRequest, review_id: int) -> HttpResponse:
    """Says what the vote is about; somebody else confirms it."""
    agent = agent_of(request)
    found = access.get_review(agent, review_id)
    form = ProposalForm(request.POST, review=found)
    if form.is_valid():
        try:
            verbs.propose(found.pk, **form.cleaned_data, actor=agent)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        except (Stale, Refused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. It counts once somebody else has confirmed it."))
            return redirect("agent:review", found.pk)
    return _page(request, found, proposal=form, status=422)


@require_POST
@staff
def proposal(request: HttpRequest, review_id: int, event_id: int) -> HttpResponse:
    """do: "confirm" or "decline"."""
    agent = agent_of(request)
    found = access.get_review(agent, review_id)
    if request.POST.get("do") == "confirm":
        attempt(request, lambda: verbs.confirm(found.pk, event_id, actor=agent), _("Confirmed. The vote itself stays."))
    else:
        attempt(request, lambda: verbs.decline(found.pk, event_id, actor=agent), _("It counts as before."))
    return redirect("agent:review", found.pk)


@require_POST
@staff
def owner(request: HttpRequest, review_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_review(agent, review_id)
    chosen = access.get_person(agent, key_of(request.POST.get("owner", "")))
    return _attempt(request, found, lambda: verbs.give(found.pk, chosen, actor=agent), _("Given."))


@require_POST
@staff
def state(request: HttpRequest, review_id: int) -> HttpResponse:
    """Opens it again."""
    agent = agent_of(request)
    found = access.get_review(agent, review_id)
    return _attempt(request, found, lambda: verbs.reopen(found.pk, actor=agent), _("Open again."))


@require_POST
@staff
def remarks(request: HttpRequest, review_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_review(agent, review_id)
    said = request.POST.get("remark", "")
    return _attempt(request, found, lambda: verbs.remark(found.pk, said, actor=agent), _("Saved."))


def _attempt(request: HttpRequest, found: VoteReview, verb: Any, done: str) -> HttpResponse:
    try:
        attempt(request, verb, done)
    except Invalid as refusal:
        messages.error(request, refusal.sentence)
    return redirect("agent:review", found.pk)


def _page(
    request: HttpRequest,
    found: VoteReview,
    *,
    form: FindingForm | None = None,
    proposal: ProposalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    agent, rating = agent_of(request), found.rating
    is_done, is_bad, is_voted = found.state == ReviewState.DONE, rating.score == Score.BAD, rating.assignee == agent
    latest = access.conversation(agent, found.ticket).select_related("author").order_by("-created_at", "-id")[:LATEST]
    titles = review_causes.every()
    works = verbs.may_work(found, agent)
    context = {
        "notice": key_of(request.GET.get("notice", "")),
        "here": reverse("agent:reviews"),
        "review": found,
        "rating": rating,
        "ticket": found.ticket,
        "conversation": [_message(it) for it in reversed(latest)],
        "topic": About(topic_of(rating.about, rating.reviewed_about)).label if is_bad else "",
        "own_topic": About(rating.about).label if rating.about else "",
        "is_done": is_done,
        "is_bad": is_bad,
        "is_overdue": not is_done and found.due_at < clock.now(),
        "works": works,
        "is_voted_on": is_voted,
        "cause": titles.get(found.cause, found.cause),
        "reads_answer": _reads_answer(agent, found),
        "hidden_answer": HIDDEN,
        "form": (form or _finding_form(agent, found)) if works and not is_done else None,
        "proposal": found.proposal and _proposal(found, agent),
        "proposal_form": (proposal or ProposalForm(review=found, auto_id="proposal_%s"))
        if is_bad and not found.proposal_id and not is_voted
        else None,
        "owners": [it for it in access.reviewers(found.ticket) if it.pk != rating.assignee_id]
        if works and not is_done
        else [],
        "history": [_event(it) for it in access.review_events(agent, found)],
    }
    return page(request, "agent/review.html", context, status=status)


def _finding_form(agent: User, found: VoteReview) -> FindingForm:
    names = ("cause", "cause_text", "answer", "outcome", "outcome_text")
    initial = {name: getattr(found, name) for name in names} | {"answer_comment": found.answer_comment_id or ""}
    return FindingForm(initial=initial, review=found, answers=_answers(agent, found))


def _answers(agent: User, found: VoteReview) -> list[tuple[str, str]]:
    rows = list(access.answers_to(agent, found)[:LATEST])
    offered = [(str(it.pk), _line(it)) for it in rows]
    chosen = found.answer_comment
    if chosen and chosen not in rows:
        offered.append((str(chosen.pk), _line(chosen) if _reads_answer(agent, found) else str(HIDDEN)))
    return offered


def _reads_answer(agent: User, found: VoteReview) -> bool:
    """Whether he sees the ticket on which the customer was answered: a later one may be in another group."""
    chosen = found.answer_comment_id
    return chosen is not None and access.answers_to(agent, found).filter(pk=chosen).exists()


def _line(comment: Any) -> str:
    day = date_format(localtime(comment.created_at), "SHORT_DATE_FORMAT")
    who = comment.author.name if comment.author else ""
    return f"{day} {who}: {Truncator(' '.join(comment.text.split())).chars(EXCERPT)}"


def _message(comment: Any) -> SimpleNamespace:
    return SimpleNamespace(
        author=comment.author.name if comment.author else "",
        is_note=not comment.public,
        at=comment.created_at,
        text=Truncator(comment.text).chars(400),
    )


def _proposal(found: VoteReview, agent: User) -> SimpleNamespace:
    it = found.proposal
    assert it is not None
    return SimpleNamespace(
        pk=it.pk,
        author=it.author.name if it.author else "",
        about=About(it.values["about"]).label,
        reason=it.values.get("text", ""),
        is_own=it.author_id == agent.pk,
        may_decide=found.rating.assignee_id != agent.pk,
    )


def _event(it: Any) -> SimpleNamespace:
    said = it.values.get("text", "")
    return SimpleNamespace(
        icon=MARKS.get(it.kind, "circle-dot"),
        kind="",
        text=told(it.kind, it.values),
        detail=" · ".join(filter(None, (it.author.name if it.author else "", Truncator(said).chars(500)))),
        at=it.created_at,
    )
