"""Who may read what: customers what is published, the staff drafts too; missing and hidden look the same (Missing)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from sportello.desk.access.gate import may, one, staff
from sportello.desk.errors import Missing
from sportello.desk.models import RuleChange, User
from sportello.desk.rules.texts import in_language
from sportello.desk.words import Permission

from .models import Article, Section, Translation


@dataclass(frozen=True, slots=True)
class Shown:
    """An article as a customer reads it. language: the one that it is shown in; html: cleaned; section: its title."""

    article_id: int
    title: str
    html: str
    language: str
    section: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that leads to an article. language: the one that it will be shown in."""

    article_id: int
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A section with what is published in it; never empty."""

    title: str
    articles: list[Entry]


# --- customers --------------------------------------------------------------------------------------------------------


def published() -> "QuerySet[Translation]":
    """What customers may read, in every language."""
    return Translation.objects.filter(published_at__isnull=False, article__archived_at=None)


def is_open() -> bool:
    """Whether there is anything for customers to read; one query."""
    return published().exists()


def shelves(language: str) -> list[Shelf]:
    """The sections in their order with their articles, each in this language or, failing that, another; one query."""
    columns = ("article_id", "language", "title", "article__section_id", "article__section__title")
    order = ("article__section__position", "article__section_id", "article__position", "article_id")
    found: dict[int, tuple[str, dict[int, Entry]]] = {}
    for pk, written_in, title, section_id, section in published().order_by(*order, "language").values_list(*columns):
        entries = found.setdefault(section_id, (in_language(section, language), {}))[1]
        if pk not in entries or written_in == language:
            entries[pk] = Entry(pk, title, written_in)
    return [Shelf(title, [*entries.values()]) for title, entries in found.values()]


def get_article(article_id: int, language: str) -> Shown:
    """The article in this language or, failing that, another. Raises Missing: gone, a draft, archived."""
    found = list(published().filter(article=article_id).select_related("article__section"))
    if not found:
        raise Missing
    it = nearest(found, language)
    section = in_language(it.article.section.title, language)
    return Shown(it.article_id, it.title, it.html, it.language, section, it.updated_at)


def nearest(translations: Iterable[Translation], language: str) -> Translation:
    """Of several translations of an article the one for a reader of this language."""
    return min(translations, key=lambda it: (it.language != language, it.language))


# --- staff ------------------------------------------------------------------------------------------------------------


def articles(agent: User) -> "QuerySet[Article]":
    """All of them, drafts and archived ones too, with their translations (without their texts). Raises Missing."""
    _refuse_strangers(agent)
    light = Translation.objects.defer("html", "text").order_by("language")
    return Article.objects.select_related("section").prefetch_related(Prefetch("translations", light))


def sections(agent: User) -> "QuerySet[Any]":
    """In their order; `standing`: how many articles, archived ones too. Raises Missing."""
    _refuse_strangers(agent)
    return Section.objects.annotate(standing=Count("articles")).order_by("position", "id")


def get_draft(agent: User, article_id: int, *, to: str = "view") -> Article:
    """An article with all its translations. to: "view" or "edit". Raises Missing."""
    _refuse_strangers(agent, to)
    return one(Article.objects.select_related("section").prefetch_related("translations").filter(pk=article_id))


def get_section(agent: User, section_id: int, *, to: str = "view") -> Section:
    """to: "view" or "edit". Raises Missing."""
    _refuse_strangers(agent, to)
    return one(Section.objects.filter(pk=section_id))


def changes(agent: User, article_id: int) -> "QuerySet[RuleChange]":
    """Who changed an article, newest first, for whoever may write. Raises Missing."""
    _refuse_strangers(agent, "edit")
    return RuleChange.objects.filter(kind="article", rule_id=article_id).order_by("-id")


def may_write(agent: User) -> bool:
    """Whether this member of the staff may write articles and publish them."""
    return may(agent, Permission.ARTICLES)


def _refuse_strangers(agent: User, to: str = "view") -> None:
    staff(agent)
    if to != "view" and not may_write(agent):
        raise Missing
