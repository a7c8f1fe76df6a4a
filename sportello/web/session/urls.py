"""Signing in and out, and the language of the pages."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from sportello.web.session import sign_in

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/<str:token>", sign_in.link, name="sign_in_link"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("language", login_not_required(set_language), name="set_language"),
]
