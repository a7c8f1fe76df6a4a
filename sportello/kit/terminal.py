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


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    folder = Path(__file__).resolve().parent.parent / "locale"
    return gettext.translation("django", folder, languages=[code], fallback=True)


def _(message: str) -> str:
    """message in the terminal's language; the same catalogue that the pages use."""
    return _catalogue(language()).gettext(message)
