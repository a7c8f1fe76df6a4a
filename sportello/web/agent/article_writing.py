"""One article as it is written: a language at a time, its publication, its section, how customers will see it."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.rules.texts import for_reader
from sportello.desk.words import Permission
from sportello.helpcenter import access, figures
from sportello.helpcenter.actions import articles as verbs
from sportello.helpcenter.models import Article, Translation
from sportello.kit import clock, html_written
from sportello.kit import html as kit_html
from sportello.kit.keys import key_of
from sportello.web.agent import article_words
from sportello.web.agent.article_words import LANGUAGES
from sportello.web.agent.articles import LATELY, sections_to_choose, title_of
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, TextInput, offer


class ArticleForm(Form):
    """text: what a browser without script sends, and of the editor its words; its shape comes as `html` beside it."""

    verb_names = {"html": "text"}
    title = forms.CharField(label=gettext_lazy("Title"), max_length=verbs.LONGEST_TITLE, widget=TextInput)
    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea, required=False, strip=False)


class NewArticleForm(ArticleForm):
    section = forms.ChoiceField(label=gettext_lazy("Section"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


@permitted(Permission.ARTICLES)
def new_article(request: HttpRequest) -> HttpResponse:
    """?section=3: where it will stand."""
    agent, sent = agent_of(request), request.POST
    first = {"section": request.GET.get("section", ""), "language": configuration.current().desk.language}
    form = NewArticleForm(sent or None, initial=first)
    choices = sections_to_choose(agent)
    offer(form, "section", list(choices))
    html = _written(sent, None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            found = verbs.add(key_of(said["section"]), said["language"], said["title"], html, actor=agent)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        else:
            _then(request, found.pk, said["language"])
            return redirect(_place(found.pk, said["language"]))
    context = {"form": form, "has_sections": bool(choices), "here": reverse("agent:articles"), **_editor(form, html)}
    return page(request, "agent/article_new.html", context, status=422 if form.errors else 200)


@permitted(Permission.ARTICLES)
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """?language=it: written in this one; a POST keeps it."""
    agent, sent = agent_of(request), request.POST
    found = access.get_draft(agent, article_id, to="edit")
    row = _in_language(found, _language(request, found))
    language = row.language
    seen = verbs.version(row if row.pk else None)
    if request.method != "POST":
        return _page(request, found, row, ArticleForm(initial={"title": row.title, "text": row.text}), row.html, seen)
    form, html = ArticleForm(sent), _written(sent, row)
    if form.is_valid():
        try:
            verbs.write(found.pk, language, form.cleaned_data["title"], html, actor=agent, seen=sent.get("seen", ""))
        except Invalid as refusal:
            form.refuse(refusal.fields)
        except Stale:
            return _page(request, found, row, form, html, sent.get("seen", ""), is_stale=True)
        else:
            _then(request, found.pk, language)
            return redirect(_place(found.pk, language))
    return _page(request, found, row, form, html, sent.get("seen", ""))


def _then(request: HttpRequest, article_id: int, language: str) -> None:
    """Say that it is kept; publish it where that was asked for as well."""
    if request.POST.get("then") != "publish":
        messages.success(request, _("Saved."))
        return
    attempt(
        request,
        lambda: verbs.publish(article_id, language, actor=agent_of(request)),
        _("Customers can read it now."),
    )


@permitted(Permission.ARTICLES)
@require_POST
def publication(request: HttpRequest, article_id: int) -> HttpResponse:
    """language; on: "1" to publish, "0" for back to a draft."""
    agent = agent_of(request)
    found = access.get_draft(agent, article_id, to="edit")
    language = _language(request, found)
    if request.POST.get("on") == "1":
        verb, done = verbs.publish, _("Customers can read it now.")
    else:
        verb, done = verbs.unpublish, _("It is a draft again: customers do not find it.")
    attempt(request, lambda: verb(found.pk, language, actor=agent), done)
    return redirect(_place(found.pk, language))


@permitted(Permission.ARTICLES)
@require_POST
def section(request: HttpRequest, article_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_draft(agent, article_id, to="edit")
    try:
        verbs.move(found.pk, key_of(request.POST.get("section", "")), actor=agent)
    except Invalid as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Saved."))
    return redirect(_place(found.pk, _language(request, found)))


@staff
@require_safe
def preview(request: HttpRequest, article_id: int) -> HttpResponse:
    """As customers will see it, a draft too. ?language=it"""
    agent = agent_of(request)
    found = access.get_draft(agent, article_id)
    row = _in_language(found, _language(request, found))
    if not row.pk:
        raise Missing
    context = {
        "here": reverse("agent:articles"),
        "article": found,
        "row": row,
        "section": for_reader(found.section.title),
        "html": _shown(row.html),
        "tabs": _tabs(found, row.language, "agent:article_preview", only_written=True),
        "may_write": access.may_write(agent),
        "write_url": _place(found.pk, row.language),
        "public_url": _public(found, row),
    }
    return page(request, "agent/article_preview.html", context)


def _page(
    request: HttpRequest,
    found: Article,
    row: Translation,
    form: ArticleForm,
    html: str,
    seen: str,
    *,
    is_stale: bool = False,
) -> HttpResponse:
    agent = agent_of(request)
    changes = list(access.changes(agent, found.pk).select_related("author")[: article_words.MOST])
    context: dict[str, Any] = {
        "here": reverse("agent:articles"),
        "article": found,
        "title": title_of(found),
        "row": row,
        "form": form,
        "is_stale": is_stale,
        # Whoever was told of the others' changes saves over them.
        "seen": verbs.version(row if row.pk else None) if is_stale else seen,
        "url": _place(found.pk, row.language),
        "tabs": _tabs(found, row.language, "agent:article"),
        "sections": sections_to_choose(agent),
        "section_id": str(found.section_id),
        "figures": figures.since(clock.now() - LATELY, [found.pk]).get(found.pk, figures.Figures()),
        "days": LATELY.days,
        "public_url": _public(found, row),
        "changes": article_words.told([it for it in changes if it.created_at.isoformat() > seen]) if is_stale else [],
        "history": article_words.told(changes),
        **_editor(form, html),
    }
    return page(request, "agent/article.html", context, status=409 if is_stale else 422 if form.errors else 200)


def _editor(form: ArticleForm, html: str) -> dict[str, Any]:
    return {"editor_html": _shown(html), "editor": form["text"]}


def _shown(html: str) -> SafeString:
    """Cleaned once more before it stands in a page."""
    return SafeString(html_written.simple(html))


def _written(sent: Any, row: Translation | None) -> str:
    """What was written, as html: of the editor, or the lines of a plain field, which lose no shape when unchanged."""
    text = sent.get("text", "").replace("\r\n", "\n").strip()
    if sent.get("html"):
        return str(sent["html"])
    return row.html if row and row.text.strip() == text else kit_html.from_text(text)


def _language(request: HttpRequest, found: Article) -> str:
    """Which was asked for, or the one that the agent reads best."""
    asked = request.POST.get("language") or request.GET.get("language", "")
    if asked in LANGUAGES:
        return asked
    return access.nearest(found.translations.all(), (get_language() or "en")[:2]).language


def _in_language(found: Article, language: str) -> Translation:
    """A new one, not stored, where it is not written in this language yet."""
    written = {it.language: it for it in found.translations.all()}
    return written.get(language) or Translation(article=found, language=language)


def _tabs(found: Article, here: str, name: str, *, only_written: bool = False) -> list[SimpleNamespace]:
    written = {it.language: it for it in found.translations.all()}
    return [
        SimpleNamespace(
            name=words,
            url=f"{reverse(name, args=[found.pk])}?language={code}",
            is_here=code == here,
            state=_state(written.get(code)),
            is_published=bool(code in written and written[code].published_at),
        )
        for code, words in LANGUAGES.items()
        if code in written or not only_written
    ]


def _state(row: Translation | None) -> str:
    if row is None:
        return _("not written")
    return _("published") if row.published_at else _("draft")


def _public(found: Article, row: Translation) -> str:
    """Where customers read it; "" while they do not."""
    if found.archived_at or not row.published_at:
        return ""
    return reverse("portal:help_article", args=[found.pk])


def _place(article_id: int, language: str) -> str:
    return f"{reverse('agent:article', args=[article_id])}?language={language}"
