"""Verbs on articles: write them, publish them, put them in their place, archive them. docs/help-center.md

What is published is shown as it was last saved: to work on one for long, take it back to a draft first.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from sportello.desk.actions import rule_rows
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import User
from sportello.desk.rules.texts import LANGUAGES
from sportello.kit import clock, html_written

from .. import words
from ..models import Article, Section, Translation, Word

KIND = "article"
LONGEST_TITLE = 150
LONGEST_TEXT = 100_000  # characters of its html


def add(section_id: int, language: str, title: str, html: str, *, actor: User) -> Article:
    """A new article, a draft in one language, last in its section. Raises Invalid(title, html, language, section)."""
    title, html, text = _read(language, title, html)
    with transaction.atomic():
        section = _section(section_id)
        now = clock.now()
        found = Article.objects.create(section=section, position=_last(section), created_at=now, updated_at=now)
        _keep(found, Translation(language=language, created_at=now), title, html, text, actor)
        rule_rows.log(KIND, found.pk, None, export(found), actor, at=now)
    return found


def write(
    article_id: int, language: str, title: str, html: str, *, actor: User, seen: str | None = None
) -> Translation:
    """The article in this language, as it reads from now on; its first words in a language are a draft.

    seen: the version that was changed ("" for none): Stale when somebody has written another meanwhile. Raises Invalid
    as `add`, Missing.
    """
    title, html, text = _read(language, title, html)
    with transaction.atomic():
        found = rule_rows.find(Article, article_id)
        row = Translation.objects.filter(article=found, language=language).first()
        if seen is not None and version(row) != seen:
            raise Stale(_("Somebody has changed this meanwhile."))
        if row and (row.title, row.html, row.text) == (title, html, text):
            return row
        with _logged(found, actor):
            row = row or Translation(language=language, created_at=clock.now())
            return _keep(found, row, title, html, text, actor)


def publish(article_id: int, language: str, *, actor: User) -> None:
    """Customers find it from now on. Idempotent. Raises Missing, Refused when it is archived or has no text."""
    with transaction.atomic():
        found, row = _find(article_id, language)
        if row.published_at is not None:
            return
        if found.archived_at is not None:
            raise Refused(_("An archived article is not shown to anybody: restore it first."))
        if not row.html:
            raise Refused(_("It has no text yet."))
        with _logged(found, actor):
            row.published_at = clock.now()
            row.save(update_fields=["published_at"])
            _index(row)


def unpublish(article_id: int, language: str, *, actor: User) -> None:
    """Back to a draft: customers find it no more in this language. Idempotent. Raises Missing."""
    with transaction.atomic():
        found, row = _find(article_id, language)
        if row.published_at is None:
            return
        with _logged(found, actor):
            row.published_at = None
            row.save(update_fields=["published_at"])
            Word.objects.filter(translation=row).delete()


def archive(article_id: int, *, actor: User) -> None:
    """Out of use: nobody outside finds it, what was read of it stays counted. Idempotent. Raises Missing."""
    with transaction.atomic():
        found = rule_rows.find(Article, article_id)
        if found.archived_at is not None:
            return
        with _logged(found, actor):
            found.archived_at = clock.now()
            found.save(update_fields=["archived_at"])
            Word.objects.filter(translation__article=found).delete()


def restore(article_id: int, *, actor: User) -> None:
    """In use again, each language as it was: published, or a draft. Idempotent. Raises Missing."""
    with transaction.atomic():
        found = rule_rows.find(Article, article_id)
        if found.archived_at is None:
            return
        with _logged(found, actor):
            found.archived_at = None
            found.save(update_fields=["archived_at"])
            for row in found.translations.exclude(published_at=None):
                _index(row)


def move(article_id: int, section_id: int, *, actor: User) -> None:
    """Into this section, last of those that stand there. Idempotent. Raises Missing, Invalid("section")."""
    with transaction.atomic():
        found = rule_rows.find(Article, article_id)
        section = _section(section_id)
        if found.section_id == section_id:
            return
        with _logged(found, actor):
            found.section, found.position = section, _last(section)
            found.save(update_fields=["section", "position"])


def order(section_id: int, article_ids: Sequence[int], *, actor: User) -> None:
    """Put the articles of a section into this order; those that are not named come after."""
    with transaction.atomic():
        rows = list(Article.objects.select_for_update().filter(section=section_id, archived_at=None))
        # Rows with a place as rules are, though no rules.
        rule_rows.order(rows, article_ids, KIND, export, actor)  # type: ignore[type-var]


def version(row: Translation | None) -> str:
    """What tells this state of a translation from what it becomes when somebody writes it; "": there is none yet."""
    return "" if row is None else row.updated_at.isoformat()


def export(found: Article) -> dict[str, Any]:
    """The article as its history keeps it."""
    rows = list(found.translations.order_by("language"))
    return {
        "title": {it.language: it.title for it in rows},
        "html": {it.language: it.html for it in rows},
        "published": [it.language for it in rows if it.published_at],
        "section_id": found.section_id,
        "section": found.section.title,
        "archived": found.archived_at is not None,
    }


def _read(language: str, title: str, html: str) -> tuple[str, str, str]:
    """(title, cleaned html, text)."""
    faults: dict[str, object] = {}
    title = " ".join(title.replace("\0", "").split())
    if not title:
        faults["title"] = _("An article needs a title.")
    elif len(title) > LONGEST_TITLE:
        faults["title"] = _("At most %(limit)s characters, please.") % {"limit": LONGEST_TITLE}
    if len(html) > LONGEST_TEXT:
        faults["html"] = _("At most %(limit)s characters, please.") % {"limit": LONGEST_TEXT}
    if language not in LANGUAGES:
        faults["language"] = _("Choose one from the list.")
    if faults:
        raise Invalid(faults)
    # Pictures of tickets are of their readers: an article carries none.
    html = html.replace("\0", "")
    text, written = html_written.written(html)
    return title, (written or html_written.simple(html)) if text else "", text


def _keep(found: Article, row: Translation, title: str, html: str, text: str, actor: User) -> Translation:
    now = clock.now()
    row.article, row.title, row.html, row.text, row.author, row.updated_at = found, title, html, text, actor, now
    row.save()
    found.updated_at = now
    found.save(update_fields=["updated_at"])
    if row.published_at is not None and found.archived_at is None:
        _index(row)
    return row


def _index(row: Translation) -> None:
    Word.objects.filter(translation=row).delete()
    told = words.weights(row.title, row.text, row.language)
    Word.objects.bulk_create(Word(translation=row, stem=mark, weight=weight) for mark, weight in told.items())


def _find(article_id: int, language: str) -> tuple[Article, Translation]:
    found = rule_rows.find(Article, article_id)
    row = Translation.objects.filter(article=found, language=language).first()
    if row is None:
        raise Refused(_("It is not written in this language yet."))
    return found, row


def _section(section_id: int) -> Section:
    found = Section.objects.select_for_update().filter(pk=section_id).first()
    if found is None:
        raise Invalid("section", _("Choose one from the list."))
    return found


def _last(section: Section) -> int:
    last = Article.objects.filter(section=section).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


@contextmanager
def _logged(found: Article, actor: User) -> Iterator[None]:
    """What is done to the article within leaves a change in its history."""
    before = export(found)
    yield
    rule_rows.log(KIND, found.pk, before, export(found), actor)
