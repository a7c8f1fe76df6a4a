"""The four-mail protocol: seen as a timeline, edited by administrators; each change makes a new version."""

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

from sportello.desk import access
from sportello.desk.actions import configuration, mailboxes, protocols
from sportello.desk.actions import letters as desk_letters
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import Organization, Protocol, User
from sportello.desk.rules import letters
from sportello.desk.rules.protocol import CONTACT, Steps
from sportello.desk.words import Step
from sportello.kit.keys import key_of
from sportello.web.agent.doors import admins, agent_of, attempt, staff
from sportello.web.agent.letter_example import example_of
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form
from sportello.web.ui.framed import framed_letter

NUMBERS = {
    Step.TAKEN_CHARGE: {"taken_charge_wait_minutes": gettext_lazy("Minutes until it goes without a name")},
    Step.SOLVED: {},
    Step.CLOSED: {"close_hours": gettext_lazy("Hours without an answer")},
    Step.SURVEY: {
        "survey_hours": gettext_lazy("Hours after the close"),
        "surveys_a_month": gettext_lazy("Satisfaction requests a month per person, at most"),
        "survey_days": gettext_lazy("Days to vote"),
    },
}
SWITCH = {
    Step.TAKEN_CHARGE: "taken_charge",
    Step.SOLVED: "solved",
    Step.CLOSED: "closed",
    Step.SURVEY: "survey",
}
TEXT_IN = {"it": gettext_lazy("Text in Italian"), "en": gettext_lazy("Text in English")}
# The four, and the one to whoever came past the desk.
TEXTS = (*Step.values, CONTACT)
ICONS = {Step.TAKEN_CHARGE: "hand", Step.SOLVED: "circle-check", Step.CLOSED: "lock", Step.SURVEY: "star"}
MERGED = "survey_with_solved"
MERGED_LABEL = gettext_lazy("Ask for the vote in the “solved” mail: three mails instead of four")


class ProtocolForm(Form):
    """Fields are named as Invalid names them: "steps.close_hours", "texts.it.solved.body"."""

    # A browser cannot point at an empty text inside a folded part; the answer of the server unfolds it.
    use_required_attribute = False

    def __init__(self, *args: Any, steps: Steps, texts: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in Step:
            self._add_switch(SWITCH[step], gettext_lazy("This mail goes out"), steps)
            for name, label in NUMBERS[step].items():
                lowest, highest = Steps.LIMITS[name]
                self.fields[f"steps.{name}"] = forms.IntegerField(
                    label=label, min_value=lowest, max_value=highest, initial=getattr(steps, name)
                )
        for mail in TEXTS:
            for language, _name in settings.LANGUAGES:
                own = texts.get(language, {}).get(mail) or vars_of(letters.default_text(mail, language))
                self._add_text(
                    f"texts.{language}.{mail}.subject", gettext_lazy("Subject"), own["subject"], forms.TextInput
                )
                self._add_text(f"texts.{language}.{mail}.body", gettext_lazy("Text"), own["body"], forms.Textarea)
        self._add_switch(MERGED, MERGED_LABEL, steps)

    def _add_switch(self, name: str, label: Any, steps: Steps) -> None:
        self.fields[f"steps.{name}"] = forms.BooleanField(label=label, required=False, initial=getattr(steps, name))

    def _add_text(self, name: str, label: Any, initial: str, widget: type[forms.Widget]) -> None:
        self.fields[name] = forms.CharField(label=label, initial=initial, widget=widget, strip=False)

    def steps(self) -> Steps:
        return Steps(**{name[6:]: value for name, value in self.cleaned_data.items() if name.startswith("steps.")})

    def texts(self) -> dict[str, dict[str, dict[str, str]]]:
        """Only the texts that differ from the house's own, so that those get better by themselves."""
        own: dict[str, dict[str, dict[str, str]]] = {}
        for language, _name in settings.LANGUAGES:
            for step in TEXTS:
                text = self.text(step, language)
                if text != letters.default_text(step, language):
                    own.setdefault(language, {})[step] = vars_of(text)
        return own

    def text(self, step: str, language: str) -> letters.StepText:
        said = (self.cleaned_data.get(f"texts.{language}.{step}.{part}") or "" for part in ("subject", "body"))
        return letters.StepText(*(text.replace("\r\n", "\n") for text in said))


def vars_of(text: letters.StepText) -> dict[str, str]:
    return {"subject": text.subject, "body": text.body}


@staff
def protocol(request: HttpRequest, organization_id: int | None = None) -> HttpResponse:
    organization = _organization(agent_of(request), organization_id)
    found = _in_force(organization)
    return _page(request, organization, found, ProtocolForm(**protocols.as_values(found)))


@require_POST
@admins
def versions(request: HttpRequest, organization_id: int | None = None) -> HttpResponse:
    organization = _organization(agent_of(request), organization_id)
    found = _in_force(organization)
    form = ProtocolForm(request.POST, **protocols.as_values(found))
    if form.is_valid():
        try:
            made = protocols.save(form.steps(), form.texts(), organization=organization, actor=agent_of(request))
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            messages.success(request, _("Version %(version)s is in force.") % {"version": made.version})
            return redirect(request.path.removesuffix("/versions"))
    return _page(request, organization, found, form, status=422)


@require_POST
@admins
def dropping(request: HttpRequest, organization_id: int) -> HttpResponse:
    organization = _organization(agent_of(request), organization_id)
    assert organization
    protocols.drop(organization, actor=agent_of(request))
    messages.success(request, _("%(name)s follows the desk's protocol again.") % {"name": organization.name})
    return redirect("agent:protocol")


@require_POST
@staff
def preview(request: HttpRequest) -> HttpResponse:
    """The mail that the texts of the form would make, for a frame. preview: "it.solved"."""
    step, language, form = _asked(request)
    return framed_letter(_letter(form, step, language).html)


def _letter(form: ProtocolForm, step: str, language: str) -> letters.Letter:
    now = configuration.current()
    values, answer, actions = example_of(step, language, now, form.cleaned_data)
    return letters.compose(
        step,
        form.text(step, language),
        values=values,
        language=language,
        look=desk_letters.look_of(now),
        answer=answer,
        actions=actions,
    )


@require_POST
@staff
def example(request: HttpRequest) -> HttpResponse:
    """Mail whoever asks the mail that the texts of the form would make."""
    step, language, form = _asked(request)
    agent = agent_of(request)
    done = _("A test mail is on its way to %(address)s.") % {"address": agent.email}
    attempt(request, lambda: mailboxes.send_example(_letter(form, step, language), language, actor=agent), done)
    named = request.POST.get("organization", "")
    organization = _organization(agent, key_of(named) if named else None)
    # What is being written is not kept, and not lost.
    return _page(request, organization, _in_force(organization), form)


def _asked(request: HttpRequest) -> tuple[str, str, ProtocolForm]:
    language, _dot, step = request.POST.get("preview", "").partition(".")
    if step not in TEXTS or language not in dict(settings.LANGUAGES):
        raise Missing
    form = ProtocolForm(request.POST, **protocols.as_values(None))
    form.is_valid()
    return step, language, form


def _organization(agent: User, organization_id: int | None) -> Organization | None:
    if organization_id is None:
        return None
    found = access.organizations(agent).filter(pk=organization_id).first()
    if found is None:
        raise Missing
    return found


def _in_force(organization: Organization | None) -> Protocol | None:
    return configuration.current().protocol_of(organization.pk if organization else None)


def _page(
    request: HttpRequest,
    organization: Organization | None,
    found: Protocol | None,
    form: ProtocolForm,
    *,
    status: int = 200,
) -> HttpResponse:
    own = found is not None and found.organization_id == (organization.pk if organization else None)
    own_fields = (it for it in configuration.current().fields.values() if it.custom)
    context = {
        "here": reverse("agent:protocol"),
        "organization": organization,
        "organizations": access.organizations(agent_of(request))[:200],
        "version": found.version if found and own else None,
        "is_own": own,
        "can_edit": agent_of(request).is_admin,
        "form": form,
        "steps": [_step(form, step) for step in Step],
        "contact_texts": _texts(form, CONTACT),
        "merged": form[f"steps.{MERGED}"],
        "placeholders": [
            (name, words.get(request.LANGUAGE_CODE) or words["en"]) for name, words in letters.PLACEHOLDERS.items()
        ]
        + [(it.custom.placeholders[0], str(it.label)) for it in own_fields if it.custom],
        "languages": settings.LANGUAGES,
    }
    return page(request, "agent/protocol.html", context, status=status)


def _step(form: ProtocolForm, step: Step) -> SimpleNamespace:
    return SimpleNamespace(
        value=step.value,
        label=step.label,
        icon=ICONS[step],
        switch=form[f"steps.{SWITCH[step]}"],
        numbers=[form[f"steps.{name}"] for name in NUMBERS[step]],
        texts=_texts(form, step.value),
    )


def _texts(form: ProtocolForm, step: str) -> list[tuple[str, Any, forms.BoundField, forms.BoundField]]:
    return [
        (code, TEXT_IN[code], form[f"texts.{code}.{step}.subject"], form[f"texts.{code}.{step}.body"])
        for code, _name in settings.LANGUAGES
    ]
