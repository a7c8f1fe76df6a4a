from django.apps import AppConfig


class HelpCenterConfig(AppConfig):
    name = "sportello.helpcenter"
    label = "helpcenter"
