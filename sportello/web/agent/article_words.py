"""What was changed of an article or of a section of the help center, in plain words."""

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from sportello.desk.models import RuleChange
from sportello.desk.rules.texts import for_reader
from sportello.kit.html_text import to_text

KINDS = ("article", "help_section")
MOST = 50
LANGUAGES = dict(settings.LANGUAGES)
Lines = list[tuple[str, str]]


def told(changes: Iterable[RuleChange]) -> list[SimpleNamespace]:
    """The changes for agent/_rule_changes.html: row, author, lines of (sign, words)."""
    return [SimpleNamespace(row=it, author=it.author, lines=lines_of(it)) for it in changes]


def lines_of(change: RuleChange) -> Lines:
    """ "-" for what went, "+" for what came, "" for the rest."""
    before, after = change.before, change.after
    if after is None:
        return [("", _("Dropped"))]
    if before is None:
        return [("", _("Made")), *_came({}, after)]
    if "place" in after:
        places = {"before": before["place"], "after": after["place"]}
        return [("", _("Moved from place %(before)s to place %(after)s") % places)]
    return _came(before, after)


def _came(before: Mapping[str, Any], after: Mapping[str, Any]) -> Lines:
    lines = _texts(_("Title"), before.get("title") or {}, after["title"])
    if "html" not in after:
        return lines
    lines += _texts(_("Text"), *(_plain(it.get("html") or {}) for it in (before, after)))
    if before and before["section_id"] != after["section_id"]:
        lines += [(sign, _named(_("Section"), for_reader(it["section"]))) for sign, it in (("-", before), ("+", after))]
    was, now = set(before.get("published") or ()), set(after["published"])
    lines += [("", _("Published (%(language)s)") % {"language": _name(it)}) for it in sorted(now - was)]
    lines += [("", _("Back to a draft (%(language)s)") % {"language": _name(it)}) for it in sorted(was - now)]
    if bool(before.get("archived")) != after["archived"]:
        lines.append(("", _("Archived") if after["archived"] else _("Restored")))
    return lines


def _texts(label: str, before: Any, after: Any) -> Lines:
    """Of each language what it was and what it is, where that is not the same."""
    had, has = _by_language(before), _by_language(after)
    lines: Lines = []
    # Not in the order of the row: databases keep their own.
    for language in ("", *LANGUAGES):
        was, now = had.get(language, ""), has.get(language, "")
        if was == now:
            continue
        name = f"{label} ({_name(language)})" if language else label
        lines += [("-", _named(name, was))] if was else []
        lines += [("+", _named(name, now))] if now else []
    return lines


def _by_language(text: Any) -> Mapping[str, str]:
    return text if isinstance(text, Mapping) else {"": text} if text else {}


def _plain(html: Mapping[str, str]) -> dict[str, str]:
    return {language: " ".join(to_text(it).split()) for language, it in html.items()}


def _name(language: str) -> str:
    return str(LANGUAGES.get(language, language))


def _named(label: str, value: str) -> str:
    return f"{label}: {value}"
