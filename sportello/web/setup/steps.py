"""The first page of an empty desk: its name and language, the first agent, mail in, mail out. Each can be skipped."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sportello.desk import staff
from sportello.desk.actions import configuration, desks, people
from sportello.desk.errors import Invalid
from sportello.desk.models import User
from sportello.desk.words import Role
from sportello.kit import imap
from sportello.kit.mail_out import BadAddress
from sportello.web.setup.forms import AgentForm, DeskForm, MailInForm, MailOutForm
from sportello.web.setup.links import may_set_up
from sportello.web.ui.forms import Form

Handler = Callable[[HttpRequest, str], HttpResponse]
CHECK_SECONDS = 10.0  # for each answer of a server that is tried while somebody waits for the page
STEPS = ("desk", "agent", "mail_in", "mail_out", "ready")


def set_up(handler: Handler) -> Handler:
    """For whoever may set up the desk, and only until it is: afterwards there is no such page.

    As soon as somebody can sign in, the printed link and the machine itself only lead to the sign-in.
    """

    @login_not_required
    @never_cache
    @sensitive_post_parameters("password", "imap_password")
    @wraps(handler)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        if configuration.current().desk.set_up_at is not None:
            raise Http404
        person = request.user
        if isinstance(person, User):
            if person.is_admin:
                return handler(request, token)
            raise Http404
        if not may_set_up(request, token):
            raise Http404
        if staff.exists():
            return redirect_to_login(request.path)
        return handler(request, token)

    return guarded


@set_up
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, token: str) -> HttpResponse:
    found = configuration.current().desk
    initial = {"name": found.name, "language": (translation.get_language() or found.language)[:2]}
    form = DeskForm(request.POST) if request.method == "POST" else DeskForm(initial=initial)
    if _done(form, lambda said: desks.configure(name=said["name"], language=said["language"])):
        response = _next(token, "desk")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            form.cleaned_data["language"],
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return response
    return _step(request, token, "desk", form)


@set_up
@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: HttpRequest, token: str) -> HttpResponse:
    form = AgentForm(request.POST) if request.method == "POST" else AgentForm()

    def add(said: dict[str, str]) -> None:
        person = people.add(
            said["name"],
            said["email"],
            role=Role.ADMIN,
            language=get_language() or configuration.current().desk.language,
            password=said["password"],
        )
        login(request, person)

    if _done(form, add):
        return _next(token, "agent")
    return _step(request, token, "agent", form)


@set_up
@require_http_methods(["GET", "HEAD", "POST"])
def mail_in(request: HttpRequest, token: str) -> HttpResponse:
    form = MailInForm(request.POST) if request.method == "POST" else MailInForm()

    def add(said: dict[str, str]) -> None:
        fetched: dict[str, Any] = {}
        if said["imap_host"]:
            account = form.account()
            if not said["anyway"]:
                imap.check(account, timeout=CHECK_SECONDS)
            fetched = {
                "imap_host": account.host,
                "imap_port": account.port,
                "imap_security": account.security,
                "imap_user": account.user,
                "imap_password": account.password,
                "imap_from_now_on": said["begin"] != "all",
            }
        desks.add_mailbox(said["email"], name=configuration.current().desk.name, **fetched)

    try:
        is_done = _done(form, add)
    except imap.CannotRead as trouble:
        form.add_error(None, str(trouble))
        return _step(request, token, "mail_in", form, can_go_on=True)
    if is_done:
        return _next(token, "mail_in")
    return _step(request, token, "mail_in", form)


@set_up
@require_http_methods(["GET", "HEAD", "POST"])
def mail_out(request: HttpRequest, token: str) -> HttpResponse:
    form = MailOutForm(request.POST) if request.method == "POST" else MailOutForm()

    def keep(said: dict[str, str]) -> None:
        try:
            desks.set_mail_out(form.url())
        except BadAddress:
            raise Invalid("host", _("This is not the name of a server.")) from None

    if _done(form, keep):
        return _next(token, "mail_out")
    return _step(request, token, "mail_out", form)


@set_up
@require_http_methods(["GET", "HEAD"])
def ready(request: HttpRequest, token: str) -> HttpResponse:
    return _step(request, token, "ready", None)


@require_POST
@set_up
def finish(request: HttpRequest, token: str) -> HttpResponse:
    desks.finish_set_up()
    return redirect("/")


def _done(form: Form, verb: Callable[[dict[str, str]], object]) -> bool:
    """Whether the form was sent, was right, and the verb took it."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        verb(form.cleaned_data)
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return False
    return True


def _next(token: str, step: str) -> HttpResponse:
    return redirect(f"setup:{STEPS[STEPS.index(step) + 1]}", token)


def _step(request: HttpRequest, token: str, step: str, form: Form | None, *, can_go_on: bool = False) -> HttpResponse:
    """can_go_on: what was entered did not work, and may be kept as it is."""
    titles = {
        "desk": _("Name"),
        "agent": _("First agent"),
        "mail_in": _("Mail in"),
        "mail_out": _("Mail out"),
        "ready": _("Ready"),
    }
    at = STEPS.index(step)
    found = configuration.current()
    context = {
        "form": form,
        "can_go_on": can_go_on,
        "step": step,
        "steps": [(title, STEPS.index(name) < at, name == step) for name, title in titles.items()],
        "desk_name": found.desk.name,
        "mailboxes": found.mailboxes,
        "mail_in_address": settings.MAIL_IN,
        "is_mail_out_set": settings.MAIL_OUT is not None or bool(found.desk.mail_out_secret),
        "skip_url": reverse(f"setup:{STEPS[at + 1]}", args=[token]) if form else "",
        "finish_url": reverse("setup:finish", args=[token]),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, f"setup/{step}.html", context, status=status)
