"""The administrators' pages of webhooks: which programs rules call, and what came of the calls."""

from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import webhooks as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Webhook, WebhookCall
from sportello.desk.words import SendState
from sportello.kit import outward, secrets
from sportello.web.agent.doors import admins, agent_of, attempt
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form

CALLS = 50
BADGES = {SendState.QUEUED: "info", SendState.SENT: "positive", SendState.FAILED: "negative"}


class WebhookForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1000,
        widget=forms.TextInput(
            {"inputmode": "url", "placeholder": "https://example.com/hooks/desk", "spellcheck": "false"}
        ),
    )


@admins
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    return page(request, "agent/webhooks.html", {"webhooks": access.webhooks(agent_of(request))})


@admins
def new_webhook(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, None, WebhookForm())
    form = WebhookForm(request.POST)
    kept = _kept(request, form, None)
    if kept is None:
        return _page(request, None, form, status=422)
    # Shown here and never again, so this is an answer and no redirect.
    return _page(request, kept, _form_of(kept), secret=verbs.rotate(kept.pk, actor=agent_of(request)), status=201)


@admins
def webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    found = access.get_webhook(agent_of(request), webhook_id)
    if request.method != "POST":
        return _page(request, found, _form_of(found))
    form = WebhookForm(request.POST)
    if _kept(request, form, found) is None:
        return _page(request, found, form, status=422)
    messages.success(request, _("Saved."))
    return redirect("agent:webhook", found.pk)


def _kept(request: HttpRequest, form: WebhookForm, found: Webhook | None) -> Webhook | None:
    """The webhook as the form says; None: the form now says what is wrong."""
    if not form.is_valid():
        return None
    key, private = (found.pk if found else None), settings.WEBHOOK_PRIVATE
    try:
        return verbs.save(form.cleaned_data, actor=agent_of(request), private=private, webhook_id=key)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        return None


def _form_of(found: Webhook) -> WebhookForm:
    return WebhookForm(initial={"name": found.name, "url": found.url})


@require_POST
@admins
def secret(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """A new secret, shown once: an answer and no redirect."""
    found = access.get_webhook(agent_of(request), webhook_id)
    return _page(request, found, _form_of(found), secret=verbs.rotate(found.pk, actor=agent_of(request)))


@require_POST
@admins
def trial(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Call it now with a sample, and show what comes back."""
    found = access.get_webhook(agent_of(request), webhook_id)
    return _page(request, found, _form_of(found), tried=_tried(found))


def _tried(found: Webhook) -> SimpleNamespace:
    body = verbs.sample()
    try:
        headers = verbs.signed(found, body, f"{found.pk}-test")
        answer = outward.post(found.url, body.encode(), headers, private=settings.WEBHOOK_PRIVATE)
    except (outward.Refused, outward.Unreachable) as problem:
        return SimpleNamespace(is_fine=False, status=None, text=str(problem), body=body)
    except secrets.Unreadable:
        return SimpleNamespace(
            is_fine=False, status=None, text=_("The desk's key has changed: make a new secret."), body=body
        )
    return SimpleNamespace(is_fine=200 <= answer.status < 300, status=answer.status, text=answer.text[:2000], body=body)


@require_POST
@admins
def switching(request: HttpRequest, webhook_id: int) -> HttpResponse:
    found = access.get_webhook(agent_of(request), webhook_id)
    on = request.POST.get("on") == "1"
    verbs.switch(found.pk, on=on, actor=agent_of(request))
    said = _("“%(title)s” is switched on.") if on else _("“%(title)s” is switched off.")
    messages.success(request, said % {"title": found.name})
    return redirect("agent:webhook", found.pk) if request.POST.get("from") == "webhook" else redirect("agent:webhooks")


@require_POST
@admins
def dropping(request: HttpRequest, webhook_id: int) -> HttpResponse:
    found = access.get_webhook(agent_of(request), webhook_id)
    done = _("“%(title)s” is dropped.") % {"title": found.name}
    gone = attempt(request, lambda: verbs.drop(found.pk, actor=agent_of(request)), done)
    return redirect("agent:webhooks") if gone else redirect("agent:webhook", found.pk)


@require_POST
@admins
def call_retrial(request: HttpRequest, webhook_id: int, call_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_webhook_call(agent, webhook_id, call_id)
    attempt(request, lambda: verbs.retry(found.pk, actor=agent), _("It is made again now."))
    return redirect(f"{reverse('agent:webhook', args=[webhook_id])}#calls")


def _page(
    request: HttpRequest,
    found: Webhook | None,
    form: WebhookForm,
    *,
    secret: str = "",
    tried: SimpleNamespace | None = None,
    status: int = 200,
) -> HttpResponse:
    agent = agent_of(request)
    context = {
        "here": reverse("agent:webhooks"),
        "webhook": found,
        "form": form,
        "secret": secret,
        "tried": tried,
        "calls": [_call(it) for it in access.webhook_calls(agent, found)[:CALLS]] if found else [],
        "changes": access.rule_changes(agent, verbs.KIND, found.pk).select_related("author")[:10] if found else [],
    }
    response = page(request, "agent/webhook.html", context, status=status)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


def _call(row: WebhookCall) -> SimpleNamespace:
    return SimpleNamespace(
        row=row,
        badge=BADGES.get(SendState(row.state), ""),
        label=_("answered") if row.state == SendState.SENT else row.get_state_display(),
        at=row.settled_at or row.created_at,
        due_at=row.due_at if row.state == SendState.QUEUED and row.attempts else None,
        can_retry=row.state == SendState.FAILED,
    )
