from django import forms
from django.utils.translation import gettext_lazy as _

from sportello.web.ui.forms import Form


class SignInForm(Form):
    """An address, and a password for those who have one: without it a link goes out by mail."""

    email = forms.CharField(
        label=_("Mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1000,
        help_text=_("No password? Leave it empty and we will mail you a link."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)
