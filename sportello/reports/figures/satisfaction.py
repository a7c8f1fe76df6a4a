"""The measures of votes and of promises. Pure."""

from django.utils.translation import gettext_lazy as _

from .dimensions import ABOUT
from .figure import EVENTS, SHARE, SURVEYS, VOTES
from .measure import FOUNDING, OWN, QUOTIENT, RATED, VENDOR, Measure, counted, shared

SATISFACTION, PROMISES = _("Satisfaction"), _("Promises")
RATED_ONLY = "score IN ('good', 'bad')"
IS_HELP = f"{ABOUT} IN ('', 'help')"
ABOUT_HELP = f"(score = 'good' OR {IS_HELP})"

VOTED = (
    shared(
        "satisfaction_rating",
        SATISFACTION,
        _("Satisfied"),
        _("Good votes among all votes: the raw figure. A vote counts when it was first given, as it stands now."),
        "votes",
        "score = 'good'",
        VENDOR,
        where=RATED_ONLY,
        clock=RATED,
        better="higher",
    ),
    shared(
        "satisfaction_rating_help",
        SATISFACTION,
        _("Satisfied with the help itself"),
        _(
            "Good votes among the good ones and the bad ones about the help. Left out: bad votes about the equipment, "
            "the waiting, a rule or something else, as two people found where one reviewed, else as the voter said."
        ),
        "votes",
        "score = 'good'",
        FOUNDING,
        where=f"{RATED_ONLY} AND {ABOUT_HELP}",
        clock=RATED,
        better="higher",
    ),
    *(
        counted(key, SATISFACTION, label, definition, "votes", where=where, clock=RATED, unit=VOTES, better=better)
        for key, label, definition, where, better in (
            ("num_good_votes", _("Good votes"), _("Good votes of the period."), "score = 'good'", ""),
            ("num_bad_votes", _("Bad votes"), _("Bad votes of the period."), "score = 'bad'", "lower"),
            (
                "num_bad_votes_help",
                _("Bad votes about the help"),
                _("Bad votes about the help, or that do not say what they are about."),
                f"score = 'bad' AND {IS_HELP}",
                "lower",
            ),
            (
                "num_bad_votes_else",
                _("Bad votes about something else"),
                _("Bad votes about the equipment, the waiting, a rule or something else."),
                f"score = 'bad' AND NOT {IS_HELP}",
                "lower",
            ),
        )
    ),
    counted(
        "num_surveyed",
        SATISFACTION,
        _("Asked for a vote"),
        _("Votes asked for in the period."),
        "votes",
        unit=SURVEYS,
    ),
    shared(
        "response_rate",
        SATISFACTION,
        _("Response rate"),
        _("Of the votes asked for in the period: answered by now."),
        "votes",
        "rated_at IS NOT NULL",
        VENDOR,  # Without a better: what was asked lately has had less time to be answered.
    ),
    *(
        Measure(key, SHARE, SATISFACTION, label, definition, source, QUOTIENT, of=of, better=better)
        for key, label, definition, source, of, better in (
            (
                "surveyed_percentage",
                _("Asked per solved request"),
                _("Votes asked for in the period to tickets solved in it."),
                OWN,
                ("num_surveyed", "num_solved_tickets"),
                "",
            ),
            (
                "rated_of_solved",
                _("Votes per solved request"),
                _(
                    "Votes of the period to tickets solved in it. May pass 100 %, because a vote comes days after the "
                    "solution."
                ),
                FOUNDING,
                ("num_votes", "num_solved_tickets"),
                "higher",
            ),
        )
    ),
    counted(
        "num_votes",
        SATISFACTION,
        _("Votes"),
        _("Votes of the period, good and bad."),
        "votes",
        where=RATED_ONLY,
        clock=RATED,
        unit=VOTES,
    ),
)
PROMISED = (
    shared(
        "sla_achieved_percentage",
        PROMISES,
        _("Promises kept"),
        _("Of the promises that ended in the period, kept or missed: those kept. What is missed stays missed."),
        "sla",
        "achieved",
        VENDOR,
        better="higher",
    ),
    counted(
        "num_sla_breaches",
        PROMISES,
        _("Promises missed"),
        _("Promises that were missed in the period, when they were."),
        "sla",
        where="NOT achieved",
        unit=EVENTS,
        better="lower",
    ),
)
