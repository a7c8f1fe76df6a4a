from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from sportello.kit import mail_out
from sportello.kit.imap import Account
from sportello.web.ui.forms import Form, Segmented


class DeskForm(Form):
    name = forms.CharField(
        label=_("Name of the desk"), max_length=100, help_text=_("Customers read it as the sender of every mail.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        widget=Segmented,
        help_text=_("For customers whose language is not known yet."),
    )


class AgentForm(Form):
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(
        label=_("Your mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        help_text=_("At least ten characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _password() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=_("Password"), required=False, strip=False, max_length=1000, widget=widget)


class ImapForm(Form):
    """The IMAP server that a mailbox is fetched from, where mail is not handed to us."""

    imap_host = forms.CharField(
        label=_("IMAP server"),
        required=False,
        max_length=253,
        help_text=_("Leave empty if your mail server delivers by SMTP or LMTP."),
    )
    imap_port = forms.IntegerField(label=_("Port"), required=False, initial=993, min_value=1, max_value=65535)
    imap_security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("none"))],
        widget=Segmented,
        initial="tls",
    )
    imap_user = forms.CharField(label=_("User"), required=False, max_length=254)
    imap_password = _password()


class MailInForm(ImapForm):
    """The desk's address, and where it is fetched from."""

    email = forms.CharField(
        label=_("Mail address of the desk"),
        max_length=254,
        help_text=_("Customers write to it."),
        widget=forms.EmailInput,
    )
    begin = forms.ChoiceField(
        label=_("Which mails become requests?"),
        choices=[("now", _("from now on")), ("all", _("all of them"))],
        widget=Segmented,
        initial="now",
        required=False,
        help_text=_("All of them: every old mail in the mailbox opens a request and is answered."),
    )
    # Set by the button that keeps a server that could not be read.
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever has just typed it gets it back when the server could not be read; no cache keeps the page.
        self.fields["imap_password"].widget = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=True)

    def account(self) -> Account:
        """Where and how the mailbox is to be read."""
        said = self.cleaned_data
        return Account(
            host=said["imap_host"],
            port=said["imap_port"] or 993,
            security=said["imap_security"],
            user=said["imap_user"] or said["email"],
            password=said["imap_password"],
        )


class MailOutForm(Form):
    host = forms.CharField(label=_("SMTP server"), max_length=253)
    port = forms.IntegerField(
        label=_("Port"),
        required=False,
        min_value=1,
        max_value=65535,
        widget=forms.NumberInput(attrs={"placeholder": _("the usual one")}),
    )
    security = forms.ChoiceField(
        label=_("Encryption"), choices=[("smtp", "STARTTLS"), ("smtps", "TLS")], widget=Segmented, initial="smtp"
    )
    user = forms.CharField(label=_("User"), required=False, max_length=254)
    password = _password()

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip()
        if any(mark in host for mark in "/@?# ") or (":" in host and not host.startswith("[")):
            raise forms.ValidationError(_("Enter the server name only."))
        return host

    def url(self) -> str:
        """The address of the server as SPORTELLO_MAIL_OUT would say it. Raises kit.mail_out.BadAddress."""
        said = self.cleaned_data
        who = f"{quote(said['user'], safe='')}:{quote(said['password'], safe='')}@" if said["user"] else ""
        port = f":{said['port']}" if said["port"] else ""
        url = f"{said['security']}://{who}{said['host']}{port}"
        mail_out.parse(url)
        return url
