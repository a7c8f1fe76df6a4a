"""The administrators' pages of the desk's addresses: what comes in, from where; what it writes as; tries of both."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import configuration, desks
from sportello.desk.actions import mailboxes as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Mailbox
from sportello.kit import secrets
from sportello.kit.checkup import Step
from sportello.kit.keys import key_of
from sportello.kit.mail_out import BadAddress, MailOut
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.mail_trials import Trial, tried_reading, tried_sending
from sportello.web.agent.navigation import page
from sportello.web.setup.forms import ImapForm, MailOutForm
from sportello.web.ui.forms import Select, offer

TRIED = "mailbox_tried"  # In the session.


class MailboxForm(ImapForm):
    address = forms.CharField(label=gettext_lazy("Address"), max_length=254, widget=forms.EmailInput)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("For agents: what is written to it."),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group"),
        required=False,
        widget=Select,
        help_text=gettext_lazy("New requests to this address go there."),
    )
    default = forms.BooleanField(label=gettext_lazy("The desk writes from here by default"), required=False)
    plus_addressing = forms.BooleanField(
        label=gettext_lazy("Its server delivers name+anything@ to name@"),
        required=False,
        help_text=gettext_lazy(
            "Then each answer carries a signed address, and finds its ticket whatever else is lost."
        ),
    )
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False)
    imap_folders = forms.CharField(
        label=gettext_lazy("Folders"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line; none: INBOX."),
    )
    imap_from_now_on = forms.BooleanField(
        label=gettext_lazy("Only what comes from now on"),
        required=False,
        help_text=gettext_lazy("Else every old mail in the mailbox opens a request and is answered."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = sorted(configuration.current().groups.values(), key=lambda it: it.name.casefold())
        offer(self, "group", [("", "–"), *((str(it.pk), it.name) for it in groups)])
        self.fields["imap_password"].help_text = _("Kept encrypted and never shown. Left empty, it stays as it is.")

    def part(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]

    def as_data(self) -> dict[str, Any]:
        said = self.cleaned_data
        folders = said["imap_folders"].splitlines()
        changed = {"group": key_of(said["group"]) if said["group"] else None, "imap_folders": folders}
        return {**said, **changed, "imap_password": said["imap_password"] or None}


@admins
@require_safe
def mailboxes(request: HttpRequest) -> HttpResponse:
    context = {"mailboxes": access.mailboxes(agent_of(request)), "out": _way_in_words(), "listener": settings.MAIL_IN}
    return page(request, "agent/mailboxes.html", context)


def _way_in_words() -> str:
    """Where mails leave; "" when they stay in the outbox."""
    try:
        way = desks.way_out()
    except secrets.Unreadable:
        return _("The password cannot be read any more: enter it again.")
    if way is None:
        return ""
    return str(way.folder) if way.folder else f"{way.host}:{way.port}"


@admins
@sensitive_post_parameters("imap_password")
def new_mailbox(request: HttpRequest) -> HttpResponse:
    initial = {"active": True, "plus_addressing": True, "imap_from_now_on": True}
    return _save(request, None) if request.method == "POST" else _page(request, None, MailboxForm(initial=initial))


@admins
@sensitive_post_parameters("imap_password")
def mailbox(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    found = access.get_mailbox(agent_of(request), mailbox_id)
    if request.method == "POST":
        return _save(request, found)
    return _page(request, found, _form_of(found), trial=_tried(request, found))


def _form_of(found: Mailbox) -> MailboxForm:
    initial = {name: getattr(found, name) for name in MailboxForm.base_fields if hasattr(found, name)}
    return MailboxForm(initial={**initial, "group": found.group_id, "imap_folders": "\n".join(found.imap_folders)})


def _save(request: HttpRequest, found: Mailbox | None) -> HttpResponse:
    form = MailboxForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        kept = verbs.save(form.as_data(), actor=agent_of(request), mailbox_id=found.pk if found else None)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        return _page(request, found, form, status=422)
    if request.POST.get("then") == "test" and kept.imap_host:
        # Shown by the page that comes next: loading that one again must not send the form again.
        request.session[TRIED] = {"mailbox": kept.pk, "trial": asdict(tried_reading(kept))}
    messages.success(request, _("Saved."))
    return redirect("agent:mailbox", kept.pk)


def _tried(request: HttpRequest, found: Mailbox) -> Trial | None:
    """What the try said that came with the last saving, once."""
    if request.session.get(TRIED, {}).get("mailbox") != found.pk:
        return None
    told = request.session.pop(TRIED)["trial"]
    return Trial(told["of"], [Step(**step) for step in told["steps"]], told["more"])


@require_POST
@admins
def reading(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Try to read it, now."""
    found = access.get_mailbox(agent_of(request), mailbox_id)
    return _page(request, found, _form_of(found), trial=tried_reading(found))


@require_POST
@admins
def sending(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Try to write from it to whoever asks, now."""
    found = access.get_mailbox(agent_of(request), mailbox_id)
    return _page(request, found, _form_of(found), trial=tried_sending(found, agent_of(request)))


def _page(
    request: HttpRequest, found: Mailbox | None, form: MailboxForm, *, trial: Trial | None = None, status: int = 200
) -> HttpResponse:
    agent = agent_of(request)
    changes = access.rule_changes(agent, verbs.KIND, found.pk).select_related("author")[:10] if found else []
    context = {
        "here": reverse("agent:mailboxes"),
        "mailbox": found,
        "form": form,
        "writing": form.part("address", "name", "group", "default", "plus_addressing", "active"),
        "server": form.part("imap_host", "imap_port"),
        "account": form.part("imap_user", "imap_password"),
        "trial": trial,
        "out": _way_in_words(),
        "domain": found.address.rpartition("@")[2] if found else "",
        "changes": changes,
    }
    return page(request, "agent/mailbox.html", context, status=status)


# --- where mails leave ------------------------------------------------------------------------------------------------


@admins
@sensitive_post_parameters("password")
def mail_out(request: HttpRequest) -> HttpResponse:
    """The server of the desk's mails: one for all its addresses."""
    agent, had = agent_of(request), _way()
    form = MailOutForm(request.POST if request.method == "POST" else None, initial=_initial(had))
    form.fields["password"].help_text = _("Kept encrypted and never shown. Left empty, it stays as it is.")
    if form.is_bound and form.is_valid() and not settings.MAIL_OUT:
        said = form.cleaned_data
        if had and not said["password"] and (said["host"], said["user"]) == (had.host, had.user):
            said["password"] = had.password
        try:
            desks.set_mail_out(form.url(), actor=agent)
        except BadAddress:
            form.add_error("host", _("This is not the name of a server."))
        else:
            messages.success(request, _("Saved."))
            return redirect("agent:mail_out")
    return _out_page(request, form, status=422 if form.is_bound else 200)


def _way() -> MailOut | None:
    try:
        return desks.way_out()
    except secrets.Unreadable:
        return None


def _initial(way: MailOut | None) -> dict[str, Any]:
    if way is None or way.folder:
        return {}
    return {"host": way.host, "port": way.port, "security": way.scheme, "user": way.user}


@require_POST
@admins
def mail_out_trial(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    trial = tried_sending(configuration.current().mailbox(), agent)
    return _out_page(request, MailOutForm(initial=_initial(_way())), trial=trial)


def _out_page(
    request: HttpRequest, form: MailOutForm, *, trial: Trial | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "here": reverse("agent:mailboxes"),
        "form": form,
        "trial": trial,
        "out": _way_in_words(),
        "is_fixed": bool(settings.MAIL_OUT),
        "is_demo": settings.DEMO,
    }
    return page(request, "agent/mail_out.html", context, status=status)
