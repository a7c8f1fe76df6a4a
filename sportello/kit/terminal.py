"""Sentences for a person at a terminal, in the language of the environment (LANG). Knows no Django."""

import gettext
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("it", "en")


def language(environ: Mapping[str, str] = os.environ) -> str:
    """ "it" or "en", as LC_ALL, LC_MESSAGES or LANG say; anything else reads English."""
    wanted = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "it" if wanted.lower().startswith("it") else "en"


LOCALE = Path(__file__).resolve().parent.parent / "locale"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, languages=[code], fallback=True)


def speak() -> None:
    """Let the command line's parser say its own words, those of PARSER, from our catalogue: it has no Italian."""
    gettext.bindtextdomain("django", str(LOCALE))
    gettext.textdomain("django")


def gettext_noop(message: str) -> str:
    """Marks a text for translation."""
    return message


def _(message: str) -> str:
    """message in the terminal's language; the same catalogue that the pages use."""
    return _catalogue(language()).gettext(message)


# What typer says by itself and lets others translate (typer.rich_utils, typer.core).
PARSER = (
    gettext_noop("Arguments"),
    gettext_noop("Options"),
    gettext_noop("Commands"),
    gettext_noop("Error"),
    gettext_noop("Aborted."),
    gettext_noop("[default: {}]"),
    gettext_noop("[required]"),
    gettext_noop("Try [blue]'{command_path} {help_option}'[/] for help."),
    gettext_noop("Missing command."),
    gettext_noop("No such command {name!r}."),
)
