"""The help center: articles that answer what is asked again and again, for whoever looks or begins to ask.

What readers do is told by POST alone. No cookie and no session has a say in it, so no CSRF token is asked.
"""

from datetime import timedelta
from itertools import zip_longest
from secrets import token_hex

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from sportello.desk.errors import Missing
from sportello.desk.models import User
from sportello.desk.rules.texts import LANGUAGES
from sportello.helpcenter import access, search
from sportello.helpcenter.actions import readings
from sportello.kit import html_written
from sportello.web.portal.doors import for_everybody, page
from sportello.web.session.limits import Limit, client_of

MOST_FOUND = 20
BESIDE_THE_FORM = 3
LONGEST_SEARCH = 200
LONGEST_TEXT = 1000  # of a message: its beginning says what it is about
ANSWERS = ("yes", "no")

# A whole office may knock from one address, and a form asks again at every pause of who writes.
SUGGESTIONS_BY_CLIENT = Limit(900, timedelta(hours=1))
READINGS_BY_CLIENT = Limit(300, timedelta(hours=1))


@for_everybody
@require_safe
def home(request: HttpRequest, person: User | None) -> HttpResponse:
    """The sections with their articles, or what a search finds."""
    words = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH]
    if not words:
        return page(request, "portal/help.html", {"shelves": access.shelves(_language())}, person=person)
    # The last word is still being written where nothing follows it.
    found = search.find(words, _language(), MOST_FOUND)
    return page(request, "portal/help.html", {"words": words, "found": found}, person=person)


@for_everybody
@require_safe
def article(request: HttpRequest, person: User | None, article_id: int) -> HttpResponse:
    try:
        shown = access.get_article(article_id, _language())
    except Missing:
        context = {"is_gone": True, "shelves": access.shelves(_language())}
        return page(request, "portal/help.html", context, person=person, status=404)
    said = request.GET.get("helped", "")
    context = {
        "article": shown,
        "html": _cleaned(shown.html),
        "language": _language(),
        "said": said if said in ANSWERS else "",
        "is_staff": _is_staff(person),
        "may_write": person is not None and access.may_write(person),
    }
    return page(request, "portal/help_article.html", context, person=person)


@csrf_exempt
@for_everybody
@require_POST
def openings(request: HttpRequest, person: User | None, article_id: int) -> HttpResponse:
    """The page has been before somebody's eyes for a while."""
    if _is_counted(request, person):
        readings.open(article_id, visit=visit_of(request), language=_language())
    return HttpResponse(status=204)


@csrf_exempt
@for_everybody
@require_POST
def answers(request: HttpRequest, person: User | None, article_id: int) -> HttpResponse:
    """What the reader says at the end. A flood is thanked too; it is not counted."""
    helped = request.POST.get("helped", "")
    if helped not in ANSWERS:
        return redirect("portal:help_article", article_id)
    if _is_counted(request, person):
        # Without script every answer is a visit of its own.
        visit = visit_of(request) or token_hex(16)
        readings.answer(article_id, helped == "yes", visit=visit, language=_language())
    return redirect(f"{reverse('portal:help_article', args=[article_id])}?helped={helped}#answer")


@csrf_exempt
@for_everybody
@require_POST
def suggestions(request: HttpRequest, person: User | None) -> HttpResponse:
    """The articles that fit a request that is being written. Nothing of it is kept."""
    if not SUGGESTIONS_BY_CLIENT.allows(client_of(request)):
        return HttpResponse(status=429)
    found = _fitting(request.POST.get("subject", "")[:LONGEST_SEARCH], request.POST.get("text", "")[:LONGEST_TEXT])
    if found and not _is_staff(person):
        readings.show([it.article_id for it in found], visit=visit_of(request), language=_language())
    rows = [(it, _cleaned(it.html)) for it in found]
    return page(request, "portal/_suggestions.html", {"found": rows, "language": _language()}, person=person)


def _fitting(subject: str, text: str) -> list[search.Found]:
    """By turns what the subject asks for and what the message does: its many words do not drive away the other."""
    asked = [search.find(words, _language(), BESIDE_THE_FORM) for words in (subject, text) if words.strip()]
    in_turn = (it for row in zip_longest(*asked) for it in row if it)
    return list({it.article_id: it for it in in_turn}.values())[:BESIDE_THE_FORM]


def visit_of(request: HttpRequest) -> str:
    """The random word of this visit that the browser says; "" without script."""
    word = request.POST.get("visit", "")
    return word if readings.is_visit(word) else ""


def _cleaned(html: str) -> SafeString:
    """Once more: what a page shows does not hang on who wrote the row."""
    return SafeString(html_written.simple(html))


def _language() -> str:
    language = (get_language() or "")[:2]
    return language if language in LANGUAGES else "en"


def _is_staff(person: User | None) -> bool:
    return person is not None and person.is_staff_member


def _is_counted(request: HttpRequest, person: User | None) -> bool:
    """Whoever works here is no reader; nor is a machine that asks without end."""
    return not _is_staff(person) and READINGS_BY_CLIENT.allows(client_of(request))
