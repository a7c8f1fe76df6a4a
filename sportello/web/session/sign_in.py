"""Signing in by password or by a link sent by mail, and signing out."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sportello.desk.actions import configuration, people
from sportello.desk.actions import sign_in as verbs
from sportello.desk.errors import Missing
from sportello.desk.links import SIGN_IN_VALID
from sportello.desk.models import User
from sportello.kit.tokens import BadToken
from sportello.web.session import browser
from sportello.web.session.forms import SignInForm
from sportello.web.session.limits import Limit, client_of

BY_CLIENT = Limit(30, timedelta(minutes=15))
BY_ADDRESS = Limit(10, timedelta(minutes=15))
LINKS_BY_ADDRESS = Limit(5, timedelta(hours=1))


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    address = form.cleaned_data["email"].strip().lower()
    if not BY_CLIENT.allows(client_of(request)):
        form.add_error(None, _("Too many attempts. Please wait a quarter of an hour."))
        return _form(request, form, status=429)
    if not form.cleaned_data["password"]:
        return _send_link(request, address)
    if not BY_ADDRESS.allows(address):
        form.add_error(None, _("Too many attempts. Please wait a quarter of an hour, or sign in with a link."))
        return _form(request, form, status=429)
    person = _check(address, form.cleaned_data["password"])
    if person is None:
        form.add_error("password", _("Wrong address or password."))
        return _form(request, form, status=422)
    BY_ADDRESS.forget(address)
    return let_in(request, person, form.cleaned_data["next"])


def _check(address: str, password: str) -> User | None:
    person = people.by_address(address)
    if person is None or not person.active or not person.has_usable_password():
        make_password(password)  # takes as long as a wrong password: time tells nothing about who is known
        return None
    return person if person.check_password(password) else None


def _send_link(request: HttpRequest, address: str) -> HttpResponse:
    """The page is the same whether somebody has this address, has asked too often, or is not known at all."""
    if LINKS_BY_ADDRESS.allows(address):
        verbs.send_link(address)
    context = {"address": address, "minutes": int(SIGN_IN_VALID.total_seconds() // 60)}
    return _page(request, "session/link_sent.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A mail scanner opens links too: opening shows a button, pressing it lets in."""
    try:
        person = verbs.read_link(token)
    except BadToken as bad:
        return _form(request, SignInForm(), status=410 if bad.expired else 404, broken=True)
    except Missing:
        return _form(request, SignInForm(), status=404, broken=True)
    with translation.override(person.language or configuration.current().desk.language):
        if request.method != "POST":
            return _page(request, "session/link.html", {"person": person})
        return let_in(request, person)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    response = redirect("sign_in")
    browser.leave(request, response)
    logout(request)
    messages.success(request, _("Signed out."))
    return response


def let_in(request: HttpRequest, person: User, next_page: str = "") -> HttpResponse:
    """Begin the session and go where the person wanted to go, when that is a page of this desk."""
    login(request, person)
    browser.arrive(request, person)
    is_local = url_has_allowed_host_and_scheme(next_page, allowed_hosts=None)
    return redirect(next_page if is_local and next_page.startswith("/") else "/")


def _form(request: HttpRequest, form: SignInForm, *, status: int = 200, broken: bool = False) -> HttpResponse:
    return _page(request, "session/sign_in.html", {"form": form, "broken": broken}, status=status)


def _page(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    desk = configuration.current().desk
    return render(request, template, {**context, "desk_name": desk.name}, status=status)
