"""The set-up of an empty desk. `token`: the one of the printed link, or links.HERE."""

from django.urls import path

from sportello.web.setup import steps

app_name = "setup"
urlpatterns = [
    path("setup/<str:token>/desk", steps.desk, name="desk"),
    path("setup/<str:token>/agent", steps.agent, name="agent"),
    path("setup/<str:token>/mail-in", steps.mail_in, name="mail_in"),
    path("setup/<str:token>/mail-out", steps.mail_out, name="mail_out"),
    path("setup/<str:token>/ready", steps.ready, name="ready"),
    path("setup/<str:token>/finish", steps.finish, name="finish"),
]
