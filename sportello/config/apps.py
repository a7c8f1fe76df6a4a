from django.apps import AppConfig
from django.core import checks


class Config(AppConfig):
    name = "sportello.config"

    def ready(self) -> None:
        checks.register(check_settings)


def check_settings(**_kwargs: object) -> list[checks.CheckMessage]:
    """The numbered problems of checks.py, for `sportello django check`."""
    import os

    from sportello.config.checks import problems
    from sportello.config.readers import read

    return [
        (checks.Error if each.is_error else checks.Warning)(
            f"{each.setting}: {each.sentence}", hint=each.hint, id=f"sportello.{each.number}"
        )
        for each in problems(read(os.environ))
    ]
