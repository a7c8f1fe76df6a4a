"""The sections of the help center: added, called otherwise, put in order, taken away while nothing stands in them."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sportello.desk.actions import rule_rows
from sportello.desk.errors import Invalid, Stale
from sportello.desk.rules.texts import for_reader
from sportello.desk.words import Permission
from sportello.helpcenter import access
from sportello.helpcenter.actions import sections as verbs
from sportello.kit.keys import keys_of
from sportello.web.agent.doors import agent_of, attempt, permitted
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_lists import moved
from sportello.web.ui.forms import Form, TextInput

LABELS = {"it": gettext_lazy("Name in Italian"), "en": gettext_lazy("Name in English")}


class SectionForm(Form):
    """A name for each language; one is enough for all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            self.fields[code] = forms.CharField(
                label=LABELS[code], max_length=verbs.LONGEST, required=False, widget=TextInput
            )

    @property
    def title(self) -> dict[str, str] | str:
        """As the verbs take it: a text for each language that has one."""
        said = {code: self.cleaned_data[code].strip() for code in LABELS}
        return {code: text for code, text in said.items() if text} or ""

    def refuse_all(self, refusal: Invalid) -> None:
        self.add_error(next(iter(self.fields)), refusal.sentence)


@permitted(Permission.ARTICLES)
def sections(request: HttpRequest) -> HttpResponse:
    """All of them; a POST adds one."""
    form = SectionForm(request.POST if request.method == "POST" else None, auto_id="new_%s")
    if form.is_bound and form.is_valid():
        try:
            verbs.add(form.title, actor=agent_of(request))
        except Invalid as refusal:
            form.refuse_all(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("agent:article_sections")
    return _page(request, form, status=422 if form.errors else 200)


@permitted(Permission.ARTICLES)
@require_POST
def section(request: HttpRequest, section_id: int) -> HttpResponse:
    """Called otherwise from now on."""
    agent = agent_of(request)
    found = access.get_section(agent, section_id, to="edit")
    form = SectionForm(request.POST, auto_id=f"section_{found.pk}_%s")
    if not form.is_valid():
        return _page(request, refused=(found.pk, form), status=422)
    try:
        verbs.rename(found.pk, form.title, actor=agent, seen=request.POST.get("seen"))
    except Invalid as refusal:
        form.refuse_all(refusal)
        return _page(request, refused=(found.pk, form), status=422)
    except Stale:
        text = _("Somebody has renamed it meanwhile: “%(title)s”. Save again to replace that.")
        form.add_error("it", text % {"title": for_reader(found.title)})
        return _page(request, refused=(found.pk, form), status=409)
    messages.success(request, _("Saved."))
    return redirect("agent:article_sections")


@permitted(Permission.ARTICLES)
@require_POST
def moves(request: HttpRequest, section_id: int) -> HttpResponse:
    """One place up or down."""
    agent = agent_of(request)
    found = access.get_section(agent, section_id, to="edit")
    keys = access.sections(agent).values_list("pk", flat=True)
    verbs.order(moved(keys, found.pk, request.POST.get("to", "")), actor=agent)
    return redirect(f"{reverse('agent:article_sections')}#section-{found.pk}")


@permitted(Permission.ARTICLES)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """All in the order in which they are named."""
    agent = agent_of(request)
    there = set(access.sections(agent).values_list("pk", flat=True))
    named = keys_of(request.POST.getlist("section"))
    verbs.order([key for key in named if key in there], actor=agent)
    return redirect("agent:article_sections")


@permitted(Permission.ARTICLES)
@require_POST
def dropping(request: HttpRequest, section_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_section(agent, section_id, to="edit")
    said = _("“%(title)s” is gone.") % {"title": for_reader(found.title)}
    attempt(request, lambda: verbs.remove(found.pk, actor=agent), said)
    return redirect("agent:article_sections")


def _page(
    request: HttpRequest,
    form: SectionForm | None = None,
    *,
    refused: tuple[int, SectionForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    agent = agent_of(request)
    rows = [_row(it, refused) for it in access.sections(agent)]
    context = {
        "sections": rows,
        "form": form or SectionForm(auto_id="new_%s"),
        "here": reverse("agent:articles"),
    }
    return page(request, "agent/article_sections.html", context, status=status)


def _row(found: Any, refused: tuple[int, SectionForm] | None) -> SimpleNamespace:
    initial = found.title if isinstance(found.title, dict) else dict.fromkeys(LABELS, found.title)
    form = SectionForm(initial=initial, auto_id=f"section_{found.pk}_%s")
    if refused and refused[0] == found.pk:
        form = refused[1]
    return SimpleNamespace(
        pk=found.pk,
        title=for_reader(found.title),
        form=form,
        standing=found.standing,
        seen=rule_rows.version(found),
    )
