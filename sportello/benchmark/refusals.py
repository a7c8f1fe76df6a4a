"""Why something is refused: a stable code, where it is wrong, and a sentence in both languages."""

import gettext
from functools import cache

from sportello.kit.terminal import LOCALE, gettext_noop

WORDS = {
    "too_large": gettext_noop("The file is larger than {where} bytes."),
    "not_json": gettext_noop("The file is not JSON."),
    "wrong_shape": gettext_noop("Something is missing, unknown or of the wrong type: {where}."),
    "unknown_version": gettext_noop("The file is of a version that is not known here: {where}."),
    "not_finite": gettext_noop("A number is not finite: {where}."),
    "out_of_range": gettext_noop("A number is out of range: {where}."),
    "too_exact": gettext_noop("A number is more exact than the published steps: {where}."),
    "too_few": gettext_noop("A figure stands on too few cases to be sent: {where}."),
    "unknown_word": gettext_noop("The profile names what is not in the list: {where}."),
    "wrong_month": gettext_noop("This is no month: {where}."),
    "future_month": gettext_noop("The month is not over yet: {where}."),
    "wrong_time": gettext_noop("The time at which the file was sent lies in the future: {where}."),
    "bad_signature": gettext_noop("The signature does not fit the file and its key."),
    "month_frozen": gettext_noop("The month is frozen, its files are no longer taken: {where}."),
    "month_open": gettext_noop("The month is not frozen yet: {where}."),
    "replayed": gettext_noop("A newer file of this desk is here already, for {where}."),
    "too_many": gettext_noop("Too many files in a short time. Please try again later."),
    "too_slow": gettext_noop("The file did not arrive in time."),
    "hub_full": gettext_noop("This hub takes no further desks for {where}."),
    "not_published": gettext_noop("Nothing is published here: {where}."),
}


class Refused(Exception):
    """code: a key of WORDS; where: the place or value that is meant, never a figure of a desk."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{code}: {where}" if where else code)
        self.code, self.where = code, where

    def sentence(self, language: str) -> str:
        """The reason in "it" or "en"."""
        return in_language(WORDS[self.code], language).format(where=self.where)


def in_language(text: str, language: str) -> str:
    """A text of this room in "it" or "en". Not by Django: a hub runs without a desk's settings."""
    return _catalogue(language).gettext(text)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, languages=[language], fallback=True)
