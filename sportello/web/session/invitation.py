"""A new agent comes in: by the link of his invitation, once, choosing a password or none."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sportello.desk.actions import agents, configuration
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import User
from sportello.kit.tokens import BadToken
from sportello.web.session.sign_in import let_in
from sportello.web.ui.forms import Form


class PasswordForm(Form):
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1000,
        help_text=_("At least ten characters. Leave it empty to sign in by a link in your mail each time."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    try:
        person = agents.read_invitation(token)
    except BadToken as bad:
        return _page(request, None, status=410 if bad.expired else 404)
    except Missing:
        return _page(request, None, status=404)
    with translation.override(person.language or configuration.current().desk.language):
        form = PasswordForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                agents.accept(person, form.cleaned_data["password"])
            except Invalid as refusal:
                form.refuse(dict(refusal.fields))
            else:
                return let_in(request, person)
        return _page(request, form, person, status=422 if form.is_bound else 200)


def _page(request: HttpRequest, form: Form | None, person: User | None = None, *, status: int) -> HttpResponse:
    context = {"form": form, "person": person, "desk_name": configuration.current().desk.name}
    return render(request, "session/invitation.html", context, status=status)
