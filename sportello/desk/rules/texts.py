"""Texts that a desk writes for readers of several languages: one for all, or {"it": …, "en": …}."""

from collections.abc import Mapping

Text = str | dict[str, str]
LANGUAGES = ("it", "en")


def in_language(text: str | Mapping[str, str], language: str) -> str:
    """The text for a reader of this language; English, or whatever there is, for others."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()))
