"""Texts that a desk writes for readers of several languages: one for all, or {"it": …, "en": …}."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .kinds import Unreadable

Text = str | dict[str, str]
LANGUAGES = ("it", "en")


def in_language(text: str | Mapping[str, str], language: str) -> str:
    """The text for a reader of this language; English, or whatever there is, for others."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()))


def for_reader(text: str | Mapping[str, str]) -> str:
    """The text in the language of whoever reads the page."""
    return in_language(text, (get_language() or "en")[:2])


def of_all(text: str | Mapping[str, str]) -> tuple[str, ...]:
    """The text in every language that it is written in."""
    return (text,) if isinstance(text, str) else tuple(text.values())


def read(said: Any, *, longest: int) -> Text:
    """A line that somebody wrote, or one for each language; "" for nothing. Raises Unreadable."""
    texts = said if isinstance(said, Mapping) else {"": said}
    lines = {language: " ".join(str(text or "").replace("\x00", "").split()) for language, text in texts.items()}
    lines = {language: text for language, text in lines.items() if text}
    if not set(lines) <= {*LANGUAGES, ""}:
        raise Unreadable(_("Write a text, or one for each language."))
    if any(len(text) > longest for text in lines.values()):
        raise Unreadable(_("At most %(limit)s characters, please.") % {"limit": longest})
    return lines if isinstance(said, Mapping) and lines else lines.get("", "")
