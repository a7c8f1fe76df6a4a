"""The administrators' page of the brand: name, colour and picture, seen before they are kept."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions import configuration, desks
from sportello.desk.actions import letters as desk_letters
from sportello.desk.errors import Invalid
from sportello.desk.models import Desk
from sportello.desk.rules import colours, letters
from sportello.desk.words import Step
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.letter_example import example_of
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form
from sportello.web.ui.framed import framed_letter

KINDS = ",".join(("image/png", "image/jpeg", "image/webp"))
PAGES = ("mail", "portal", "sign_in")


class BrandForm(Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the desk"),
        max_length=100,
        help_text=gettext_lazy("Customers read it as the sender of every mail."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Where it is given, mails say that one can call too."),
    )
    colour = forms.CharField(label=gettext_lazy("Colour"), widget=forms.TextInput(attrs={"type": "color"}))
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": KINDS}),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 256 kB; it is shown 36 pixels high."),
    )
    no_logo = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)


@admins
def brand(request: HttpRequest) -> HttpResponse:
    desk, agent = configuration.current().desk, agent_of(request)
    if request.method != "POST":
        return _page(request, BrandForm(initial={"name": desk.name, "phone": desk.phone, "colour": desk.colour}))
    form = BrandForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    if request.POST.get("do") == "look":
        return _page(request, form, status=200)
    said = form.cleaned_data
    try:
        # The picture first: when it is refused, nothing is kept.
        if said["logo"] or said["no_logo"]:
            desks.set_logo(said["logo"].read() if said["logo"] else b"", actor=agent)
        desks.configure(actor=agent, **{name: said[name] for name in ("name", "phone", "colour")})
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        return _page(request, form)
    messages.success(request, _("Saved."))
    return redirect("agent:brand")


def _page(request: HttpRequest, form: BrandForm, *, status: int = 0) -> HttpResponse:
    desk = configuration.current().desk
    colour = str(form["colour"].value() or "")
    colour = colour if desks.is_colour(colour) else desk.colour
    context = {
        "form": form,
        "logo": desk.logo,
        "colour": colour[1:],
        "name": str(form["name"].value() or ""),
        "tones": _tones(colour),
        "languages": settings.LANGUAGES,
        "changes": access.rule_changes(agent_of(request), desks.KIND, 1).select_related("author")[:10],
    }
    return page(request, "agent/brand.html", context, status=status or (422 if form.is_bound else 200))


def _tones(colour: str) -> list[str]:
    """What is said of the colour: whether it can be read, and what becomes of it where it cannot."""
    ratio = colours.contrast(colour, colours.WHITE)
    on_white = _("On white its contrast is %(ratio)s : 1; text needs 4.5 : 1.") % {"ratio": number_format(ratio, 1)}
    said = [on_white.replace(" : ", "\u00a0:\u00a0")]  # A ratio stays on one line.
    day, night = colours.accent(colour), colours.accent(colour, night=True)
    if day.colour != colour.lower():
        said.append(_("By day the pages use the darker tone %(colour)s, which can be read.") % {"colour": day.colour})
    if night.colour != colour.lower():
        said.append(_("By night they use the lighter tone %(colour)s.") % {"colour": night.colour})
    return said


@admins
@require_safe
def brand_preview(request: HttpRequest) -> HttpResponse:
    """A mail, the customers' pages or the sign-in as they would look, for a frame. ?of=mail&colour=0b6b5b&name=…"""
    desk = configuration.current().desk
    asked, colour = request.GET, f"#{request.GET.get('colour', '')}"
    look = Desk(name=asked.get("name", "")[:100] or desk.name, colour=desk.colour, logo=desk.logo)
    if desks.is_colour(colour):
        look.colour = colour
    language = asked.get("language", "")
    language = language if language in dict(settings.LANGUAGES) else request.LANGUAGE_CODE
    if asked.get("of") == "mail":
        return framed_letter(_mail(look, language))
    with translation.override(language):
        context: dict[str, Any] = {"look": look, "of": asked.get("of"), "colour": look.colour[1:]}
        response = render(request, "agent/brand_preview.html", context)
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-same-origin"
    )
    return response


def _mail(look: Desk, language: str) -> str:
    now = configuration.current()
    values, answer, actions = example_of(Step.SOLVED, language, now)
    return letters.compose(
        Step.SOLVED,
        letters.default_text(Step.SOLVED, language),
        values={**values, "desk": {**values["desk"], "name": look.name}},
        language=language,
        look=desk_letters.look_of_desk(look),
        answer=answer,
        actions=actions,
    ).html
