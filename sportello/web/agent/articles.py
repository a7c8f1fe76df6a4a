"""Where articles of the help center are kept: by section, with what they did lately; in which order they stand."""

from collections.abc import Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk.rules.texts import for_reader
from sportello.desk.words import Permission
from sportello.helpcenter import access, figures
from sportello.helpcenter.actions import articles as verbs
from sportello.helpcenter.models import Article
from sportello.kit import clock
from sportello.kit.keys import key_of, keys_of
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_lists import moved

LATELY = timedelta(days=30)


@staff
@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    lately = figures.since(clock.now() - LATELY)
    may_write = access.may_write(agent)
    rows = [_row(it, lately, may_write=may_write) for it in access.articles(agent).order_by("position", "id")]
    in_use = [it for it in rows if not it.is_archived]
    sections = [
        SimpleNamespace(pk=it.pk, title=for_reader(it.title), rows=[row for row in in_use if row.section_id == it.pk])
        for it in access.sections(agent)
    ]
    context = {
        "sections": sections,
        "archived": [it for it in rows if it.is_archived],
        "may_write": may_write,
        "days": LATELY.days,
    }
    return page(request, "agent/articles.html", context)


def _row(found: Article, lately: dict[int, figures.Figures], *, may_write: bool) -> SimpleNamespace:
    name = "agent:article" if may_write else "agent:article_preview"
    return SimpleNamespace(
        pk=found.pk,
        section_id=found.section_id,
        title=title_of(found),
        url=reverse(name, args=[found.pk]),
        languages=[(it.language, it.published_at is not None) for it in found.translations.all()],
        is_archived=found.archived_at is not None,
        archived_at=found.archived_at,
        figures=lately.get(found.pk, figures.Figures()),
    )


def title_of(found: Article) -> str:
    """In the language of whoever reads the page, or another."""
    return access.nearest(found.translations.all(), (get_language() or "en")[:2]).title


@permitted(Permission.ARTICLES)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """The articles of one section, in the order in which they are named."""
    agent = agent_of(request)
    there = _standing(request, key_of(request.POST.get("section", "")))
    named = keys_of(request.POST.getlist("article"))
    verbs.order(key_of(request.POST.get("section", "")), [pk for pk in named if pk in there], actor=agent)
    return redirect("agent:articles")


@permitted(Permission.ARTICLES)
@require_POST
def moves(request: HttpRequest, article_id: int) -> HttpResponse:
    """One place up or down in its section."""
    found = access.get_draft(agent_of(request), article_id, to="edit")
    beside = _standing(request, found.section_id)
    if found.pk in beside:
        keys = moved(beside, found.pk, request.POST.get("to", ""))
        verbs.order(found.section_id, keys, actor=agent_of(request))
    return redirect(f"{reverse('agent:articles')}#article-{found.pk}")


def _standing(request: HttpRequest, section_id: int) -> list[int]:
    found = access.articles(agent_of(request)).filter(section=section_id, archived_at=None)
    return list(found.order_by("position", "id").values_list("pk", flat=True))


@permitted(Permission.ARTICLES)
@require_POST
def archive(request: HttpRequest, article_id: int) -> HttpResponse:
    """on: "1" to put it away, "0" to bring it back."""
    agent = agent_of(request)
    found = access.get_draft(agent, article_id, to="edit")
    if request.POST.get("on") == "1":
        attempt(request, lambda: verbs.archive(found.pk, actor=agent), _("The article is archived."))
        return redirect("agent:articles")
    attempt(request, lambda: verbs.restore(found.pk, actor=agent), _("The article is back."))
    return redirect("agent:article", found.pk)


def sections_to_choose(agent: Any) -> Iterable[tuple[str, str]]:
    """For a form: (id, title)."""
    return [(str(it.pk), for_reader(it.title)) for it in access.sections(agent)]
