"""The administrators' page of the causes that bad votes are told apart by, and of the days for a review."""

from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sportello.desk.actions import configuration, desks
from sportello.desk.actions import review_causes as verbs
from sportello.desk.errors import Invalid
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, TextInput


class CauseForm(Form):
    title = forms.CharField(label=gettext_lazy("New cause"), max_length=verbs.LONGEST, widget=TextInput)


class DaysForm(Form):
    days = forms.IntegerField(
        label=gettext_lazy("Days to review a bad vote in"),
        min_value=1,
        max_value=30,
        help_text=gettext_lazy("Days on which the desk is open; the deadline is when it closes on the last of them."),
    )


@admins
def causes(request: HttpRequest) -> HttpResponse:
    form = CauseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            verbs.add(form.cleaned_data["title"], actor=agent_of(request))
        except Invalid as refusal:
            form.refuse(refusal.fields)
        else:
            messages.success(request, _("Saved."))
            return redirect("agent:review_causes")
    return _page(request, form)


@require_POST
@admins
def cause(request: HttpRequest, key: str) -> HttpResponse:
    """title: its new name; on: "1" or "0", in use or not."""
    asked, on = request.POST, request.POST.get("on", "")
    active = on == "1" if on else None
    try:
        verbs.change(key, title=asked.get("title"), active=active, actor=agent_of(request))
    except Invalid as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Saved."))
    return redirect("agent:review_causes")


@require_POST
@admins
def days(request: HttpRequest) -> HttpResponse:
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _page(request, CauseForm(), form)
    desks.configure(review_days=form.cleaned_data["days"], actor=agent_of(request))
    messages.success(request, _("Saved."))
    return redirect("agent:review_causes")


def _page(request: HttpRequest, form: CauseForm, days_form: DaysForm | None = None) -> HttpResponse:
    used = verbs.usable()
    context = {
        "causes": [
            SimpleNamespace(key=key, title=title, active=key in used, id=f"cause-{key}")
            for key, title in verbs.every().items()
        ],
        "form": form,
        "days_form": days_form or DaysForm(initial={"days": configuration.current().desk.review_days}),
    }
    is_refused = form.is_bound or (days_form is not None and days_form.is_bound)
    return page(request, "agent/review_causes.html", context, status=422 if is_refused else 200)
