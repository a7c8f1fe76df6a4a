"""The measures of the help center: articles shown and read, requests that they made needless. Pure."""

from django.utils.translation import gettext_lazy as _

from .figure import EVENTS, SHARE, TICKETS, VISITS
from .measure import DISTINCT, FOUNDING, OWN, QUOTIENT, SUM, Measure, counted, shared

HELP_CENTER = _("Help center")
ANSWERED = "kind IN ('helped', 'not_helped')"

READ = (
    counted(
        "num_articles_shown",
        HELP_CENTER,
        _("Articles shown"),
        _("How often an article stood beside the form while a customer was writing a request; once a visit."),
        "readings",
        FOUNDING,
        where="kind = 'shown'",
        unit=EVENTS,
    ),
    counted(
        "num_articles_opened",
        HELP_CENTER,
        _("Articles opened"),
        _("How often a customer had the page of an article open; once a visit. Who works here does not count."),
        "readings",
        OWN,
        where="kind = 'opened'",
        unit=EVENTS,
    ),
    counted(
        "num_article_answers",
        HELP_CENTER,
        _("Answers about articles"),
        _("How often a reader said of an article whether it helped; once a visit."),
        "readings",
        OWN,
        where=ANSWERED,
        unit=EVENTS,
    ),
    shared(
        "article_helpful_percentage",
        HELP_CENTER,
        _("Articles that helped"),
        _("Of the answers about articles: it helped."),
        "readings",
        "kind = 'helped'",
        where=ANSWERED,
        better="higher",
    ),
    Measure(
        "num_requests_with_articles",
        VISITS,
        HELP_CENTER,
        _("Requests with articles"),
        _("Visits in which articles stood beside the form of a request, each counted once, sent or not."),
        OWN,
        DISTINCT,
        table="readings",
        where="kind = 'shown'",
        value="visit",
    ),
    Measure(
        "num_tickets_avoided",
        TICKETS,
        HELP_CENTER,
        _("Tickets avoided"),
        _(
            "Visits in which a customer who was writing a request said that an article had answered it; less those in "
            "which he sent it all the same, when he did. So a day may have fewer than none."
        ),
        FOUNDING,
        SUM,
        table="readings",
        where="kind IN ('avoided', 'written')",
        value="CASE kind WHEN 'avoided' THEN 1 ELSE -1 END",
        better="higher",
    ),
    Measure(
        "tickets_avoided_percentage",
        SHARE,
        HELP_CENTER,
        _("Avoided per request with articles"),
        _("Tickets avoided in the period to the visits in which articles stood beside the form of a request."),
        OWN,
        QUOTIENT,
        of=("num_tickets_avoided", "num_requests_with_articles"),
        better="higher",
    ),
)
