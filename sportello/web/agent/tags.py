"""The administrators' page of the tags in use: how often, renamed, brought together, taken away."""

from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions import jobs
from sportello.desk.actions import tags as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Job
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, TextInput

SHOWN = 100


class TagForm(Form):
    verb_names = {"tag": "new"}
    new = forms.CharField(
        label=gettext_lazy("New name"),
        max_length=verbs.LONGEST,
        widget=TextInput({"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("The name of another tag brings the two together."),
    )


@admins
@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """?q=prin: those that begin so; ?after=printer: the next ones."""
    asked = request.GET
    found = access.tags(agent_of(request))
    if asked.get("q"):
        found = found.filter(tag__startswith=asked["q"].strip().lower())
    if asked.get("after"):
        found = found.filter(tag__gt=asked["after"])
    rows = list(found[: SHOWN + 1])
    context = {
        "tags": [SimpleNamespace(name=it["tag"], count=it["count"]) for it in rows[:SHOWN]],
        "asked": asked.get("q", ""),
        "after": rows[SHOWN - 1]["tag"] if len(rows) > SHOWN else "",
        "is_first": not asked.get("after"),
    }
    return page(request, "agent/tags.html", context)


@admins
def tag(request: HttpRequest, name: str) -> HttpResponse:
    agent = agent_of(request)
    count = access.get_tag(agent, name)
    form = TagForm(request.POST if request.method == "POST" else None, initial={"new": name})
    if request.method == "POST" and request.POST.get("do") == "drop":
        return _going(request, verbs.drop(name, actor=agent))
    if form.is_bound and form.is_valid():
        try:
            return _going(request, verbs.rename(name, form.cleaned_data["new"], actor=agent))
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
    context = {"here": reverse("agent:tags"), "name": name, "count": count, "form": form, "named": verbs.naming(name)}
    return page(request, "agent/tag.html", context, status=422 if form.is_bound else 200)


def _going(request: HttpRequest, job: Job) -> HttpResponse:
    """A few are done at once; the worker goes on with many."""
    if jobs.press_on(job, seconds=1).ended_at is None:
        return redirect("agent:job", job.pk)
    messages.success(request, _("Done."))
    return redirect("agent:tags")
