"""Signing in and out, and the language of the pages."""

from django.urls import path

from sportello.web.session import invitation, language, sign_in

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/<str:token>", sign_in.link, name="sign_in_link"),
    path("invitation/<str:token>", invitation.invitation, name="invitation"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("language", language.language, name="set_language"),
]
