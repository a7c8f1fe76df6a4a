"""The vote: the mail's choice is marked when the page opens, one press sends it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from sportello.desk import access, links
from sportello.desk.actions import ratings
from sportello.desk.errors import Invalid, Stale
from sportello.desk.models import SatisfactionRating, Ticket, User
from sportello.desk.words import Score, Via
from sportello.kit import clock
from sportello.web.portal.conversation import path_of
from sportello.web.portal.doors import by_link, page
from sportello.web.portal.forms import VoteForm
from sportello.web.ui import times

CHOICES = (Score.GOOD.value, Score.BAD.value)


@by_link("vote")
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest, person: User, ticket: Ticket, token: str, score: str) -> HttpResponse:
    if score not in CHOICES:
        raise Http404
    rating = access.get_rating(person, ticket.pk)
    if clock.now() > rating.expires_at:
        return _page(request, rating, None, person, status=410)
    if request.method != "POST":
        initial = {"score": score, "about": rating.about, "comment": rating.comment}
        return _page(request, rating, VoteForm(initial=initial), person)
    form = VoteForm(request.POST)
    if form.is_valid():
        try:
            ratings.vote(rating.pk, **form.cleaned_data, actor=person, via=Via.WEB)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        except Stale:
            return _page(request, rating, None, person, status=410)
        else:
            return redirect("portal:vote", token, form.cleaned_data["score"])
    return _page(request, rating, form, person, status=422)


def _page(
    request: HttpRequest, rating: SatisfactionRating, form: VoteForm | None, person: User, *, status: int = 200
) -> HttpResponse:
    context = {
        "ticket": rating.ticket,
        "rating": rating,
        "expires_on": times.long_day(rating.expires_at),
        "form": form,
        "score": form["score"].value() if form else "",
        "request_url": path_of(links.request_url(rating.ticket_id, person.pk)),
    }
    return page(request, "portal/vote.html", context, person=person, status=status)
