"""The dashboards: which figures, split by what, drawn how. web/reports draws all of them in one way. docs/reports.md"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .board_parts import (
    DAILY,
    MONTHS,
    YEARS,
    Bands,
    Board,
    Course,
    Grid,
    Mix,
    Ranking,
    Seasons,
    Sheet,
    Spread,
    Text,
    Week,
)
from .figures.measures import MEASURES


def _times(stem: str, name: Text) -> tuple[Text, tuple[str, ...]]:
    ways = ("mean", "median", "p90")
    return name, tuple(f"{stem}_time_in_minutes_{way}{basis}" for basis in ("", "_business") for way in ways)


def _within(stem: str, name: Text) -> tuple[Text, tuple[str, ...]]:
    spans = ("hour", "8_hours", "24_hours")
    return name, tuple(f"{stem}_within_{span}{basis}" for basis in ("", "_business") for span in spans)


MEAN, MEDIAN, P90 = _("Mean"), _("Median"), _("90 % within")
SPANS = (_("1 h"), _("8 h"), _("24 h"))
BASES = ((_("All hours"), 3), (_("Business hours"), 3))
FIRST, MEDIAN_REPLY = "first_reply_time_in_minutes", "first_reply_time_in_minutes_median_business"
BANDS = Bands(
    "bands", _("How soon the first reply came"), _("All hours count."), measure="num_first_replies", by="band"
)
ARRIVALS = Week("week", _("When requests come in"), _("Hours of the desk's clock."), measure="num_new_tickets")
SATISFIED = "satisfaction_rating"

OVERVIEW = Board(
    "overview",
    _("Overview"),
    _("What came in, what went out, and how it was for the customers."),
    (
        *("num_new_tickets", "num_solved_tickets", "backlog", MEDIAN_REPLY),
        *("first_reply_within_hour", "one_touch_percentage", SATISFIED, "sla_achieved_percentage"),
    ),
    (
        Course("flow", _("Created and solved"), keys=("num_new_tickets", "num_solved_tickets"), as_bars=True),
        Course("open", _("Backlog"), _("Not solved at the end of each."), keys=("backlog",)),
        BANDS,
        ARRIVALS,
        Course(
            "reply",
            _("First reply, month by month"),
            keys=(f"{FIRST}_median", MEDIAN_REPLY),
            grain="month",
            when=MONTHS,
        ),
        Ranking("channels", _("Where requests come from"), measure="num_new_tickets", by="channel"),
    ),
)
EFFICIENCY = Board(
    "efficiency",
    _("Efficiency"),
    _("How long customers wait, how long work takes, and how often once is enough."),
    (
        *(f"{FIRST}_mean", f"{FIRST}_median", f"{FIRST}_median_business", "first_reply_within_hour"),
        *("next_reply_time_in_minutes_median", "full_resolution_time_in_minutes_median"),
        *("requester_wait_time_in_minutes_median", "reopened_percentage"),
    ),
    (
        Spread(
            "spread",
            _("First reply"),
            _("All hours count."),
            measure="num_first_replies",
            by="duration",
            median=f"{FIRST}_median",
            p90=f"{FIRST}_p90",
        ),
        Spread(
            "spread-business",
            _("First reply, in business hours"),
            _("Only hours in which the desk is open count."),
            measure="num_first_replies",
            by="duration_business",
            median=f"{FIRST}_median_business",
            p90=f"{FIRST}_p90_business",
        ),
        BANDS,
        Course(
            "months",
            _("First reply, month by month"),
            keys=(f"{FIRST}_mean", f"{FIRST}_median", f"{FIRST}_median_business"),
            grain="month",
            when=MONTHS,
        ),
        Grid(
            "times",
            _("Times"),
            columns=(MEAN, MEDIAN, P90) * 2,
            groups=BASES,
            lines=(
                _times("first_reply", _("First reply")),
                _times("next_reply", _("Next reply")),
                _times("first_resolution", _("First solution")),
                _times("full_resolution", _("Solution that holds")),
                _times("requester_wait", _("The customer waited")),
                _times("agent_wait", _("The desk waited for the customer")),
                _times("agent_work", _("It was the desk's turn")),
                _times("on_hold", _("On hold")),
            ),
        ),
        Grid(
            "within",
            _("Answered and solved within"),
            columns=SPANS * 2,
            groups=BASES,
            lines=(
                _within("first_reply", _("First reply")),
                _within("next_reply", _("Next reply")),
                _within("full_resolution", _("Solution that holds")),
            ),
        ),
        Grid(
            "arrival",
            _("First reply by when the request came"),
            _("All hours count: a night stands in the mean of what came at night, and nowhere else."),
            columns=(MEAN, MEDIAN, P90, *SPANS),
            lines=tuple(
                (
                    name,
                    (
                        *(f"{FIRST}_{way}_arrived_{basis}" for way in ("mean", "median", "p90")),
                        *(f"first_reply_within_{span}_arrived_{basis}" for span in ("hour", "8_hours", "24_hours")),
                    ),
                )
                for basis, name in (
                    ("open", _("In business hours")),
                    ("night", _("At night")),
                    ("closed_day", _("On a closed day")),
                )
            ),
        ),
        Grid(
            "once",
            _("Solved at first contact"),
            _("One name, three meanings: each stands under its own."),
            columns=(_("Of the solved"),),
            lines=(
                (_("Fewer than two replies"), ("one_touch_percentage",)),
                (_("Exactly one reply"), ("one_reply_percentage",)),
                (pgettext_lazy("first contact", "Strictly"), ("first_contact_strict_percentage",)),
            ),
        ),
        Grid(
            "work",
            _("Work"),
            columns=(_("In the period"),),
            lines=tuple(
                (MEASURES[key].label, (key,))
                for key in (
                    *("num_touches", "num_public_comments", "num_notes", "num_handoffs", "num_reopened_tickets"),
                    *("reopened_percentage", "reassigned_percentage", "replies_per_ticket", "touches_per_ticket"),
                    "time_spent_in_minutes",
                )
            ),
        ),
    ),
)
AGENTS = Board(
    "agents",
    _("Agents"),
    _("Who solved and answered what. A reply counts for who wrote it, a solution for who solved."),
    ("num_active_agents", "num_solved_tickets", "replies_per_ticket", "num_handoffs"),
    (
        Ranking("solved", _("Solved, by agent"), measure="num_solved_tickets", by="agent"),
        Ranking("satisfied", _("Satisfied, by agent"), measure=SATISFIED, by="agent"),
        Sheet(
            "sheet",
            _("Agent by agent"),
            keys=(
                *("num_solved_tickets", "num_first_replies", MEDIAN_REPLY, "first_reply_within_hour"),
                *("one_touch_percentage", "reopened_percentage", SATISFIED, "num_touches", "time_spent_in_minutes"),
            ),
            by="agent",
        ),
        Sheet(
            "groups",
            _("Group by group"),
            keys=(
                *("num_solved_tickets", "num_new_tickets", "backlog", MEDIAN_REPLY, "first_reply_within_hour"),
                *("one_touch_percentage", "reopened_percentage", SATISFIED, "sla_achieved_percentage"),
            ),
            by="group",
        ),
    ),
)
ORGANIZATIONS = Board(
    "organizations",
    _("Organizations"),
    _("Who asks, how they are served, and how they find it."),
    ("num_new_tickets", "backlog", SATISFIED, "num_direct_contacts"),
    (
        Ranking("asked", _("Created, by organization"), measure="num_new_tickets", by="organization"),
        Ranking("satisfied", _("Satisfied, by organization"), measure=SATISFIED, by="organization"),
        Sheet(
            "sheet",
            _("Organization by organization"),
            keys=(
                *("num_new_tickets", "num_solved_tickets", "backlog", MEDIAN_REPLY, "one_touch_percentage"),
                *(SATISFIED, "sla_achieved_percentage", "num_direct_contacts", "time_spent_in_minutes"),
            ),
            by="organization",
        ),
        Sheet(
            "people",
            _("Person by person"),
            keys=("num_new_tickets", "num_solved_tickets", "backlog", MEDIAN_REPLY, SATISFIED, "num_direct_contacts"),
            by="requester",
        ),
    ),
    of_customers=True,
)
SLA = Board(
    "sla",
    _("SLA"),
    _("Which promises were kept, and which were missed. What is missed stays missed."),
    ("sla_achieved_percentage", "num_sla_breaches", MEDIAN_REPLY, "full_resolution_time_in_minutes_median_business"),
    (
        Course(
            "kept",
            _("Promises kept, month by month"),
            keys=("sla_achieved_percentage",),
            grain="month",
            when=MONTHS,
            from_zero=False,
        ),
        Course("missed", _("Promises missed"), keys=("num_sla_breaches",), as_bars=True),
        Ranking("targets", _("Kept, by what was promised"), measure="sla_achieved_percentage", by="target"),
        Ranking("policies", _("Kept, by policy"), measure="sla_achieved_percentage", by="policy"),
        Sheet("groups", _("Group by group"), keys=("sla_achieved_percentage", "num_sla_breaches"), by="group"),
        Sheet("agents", _("Agent by agent"), keys=("sla_achieved_percentage", "num_sla_breaches"), by="agent"),
    ),
)
CHANNELS = Board(
    "channels",
    _("Channels"),
    _("Which way requests come, and who goes past the desk."),
    ("num_new_tickets", "num_new_tickets_outside_hours", "num_direct_contacts", "direct_contact_percentage"),
    (
        Mix("mix", _("Created, by channel"), measure="num_new_tickets", by="channel"),
        Ranking("channels", _("Where requests come from"), measure="num_new_tickets", by="channel"),
        ARRIVALS,
        Ranking("hours", _("At which hours"), measure="num_new_tickets", by="arrival"),
        Ranking("contacts", _("Past the desk"), measure="num_direct_contacts", by="contact"),
        Course(
            "direct",
            _("Direct contacts, month by month"),
            keys=("num_direct_contacts",),
            grain="month",
            when=MONTHS,
            as_bars=True,
        ),
        Sheet(
            "sheet",
            _("Channel by channel"),
            keys=(
                *("num_new_tickets", "num_solved_tickets", MEDIAN_REPLY, "first_reply_within_hour"),
                *("one_touch_percentage", "reopened_percentage", SATISFIED),
            ),
            by="channel",
        ),
    ),
)
BACKLOG = Board(
    "backlog",
    _("Backlog"),
    _("What was not solved at the end of the period's last day: choose any day."),
    ("backlog", "num_new_tickets", "num_solved_tickets", "num_reopened_tickets"),
    (
        Course("course", _("Backlog"), _("Not solved at the end of each."), keys=("backlog",), grain=DAILY),
        Course("flow", _("Created and solved"), keys=("num_new_tickets", "num_solved_tickets"), as_bars=True),
        Ranking("age", _("By age"), _("Since the request came in."), measure="backlog", by="age", in_order=True),
        Ranking("status", _("By status"), measure="backlog", by="status", in_order=True),
        Ranking("group", _("By group"), measure="backlog", by="group"),
        Ranking("priority", _("By priority"), measure="backlog", by="priority", in_order=True),
        Ranking("agent", _("By agent"), measure="backlog", by="agent"),
        Course("months", _("Backlog at the end of each month"), keys=("backlog",), grain="month", when=MONTHS),
    ),
)
TRENDS = Board(
    "trends",
    _("Trends"),
    _("The same months of several years, one line for each year."),
    ("num_new_tickets", "num_solved_tickets", MEDIAN_REPLY, SATISFIED),
    (
        Seasons("created", _("Created"), measure="num_new_tickets"),
        Seasons("solved", _("Solved"), measure="num_solved_tickets"),
        Seasons("reply", _("First reply, median in business hours"), measure=MEDIAN_REPLY),
        Seasons("hour", _("First reply within an hour"), measure="first_reply_within_hour"),
        Seasons("satisfied", _("Satisfied"), measure=SATISFIED),
        Seasons("backlog", _("Backlog at the end of the month"), measure="backlog"),
        Sheet(
            "years",
            _("Year by year"),
            keys=(
                *("num_new_tickets", "num_solved_tickets", f"{FIRST}_mean", f"{FIRST}_median", MEDIAN_REPLY),
                *("first_reply_within_hour", "one_touch_percentage", SATISFIED, "response_rate"),
            ),
            by="year",
            when=YEARS,
        ),
    ),
)
HELP_CENTER = Board(
    "help_center",
    _("Help center"),
    _("Which articles customers read, and which requests they made needless."),
    (
        *("num_articles_shown", "num_articles_opened", "num_requests_with_articles", "num_tickets_avoided"),
        *("tickets_avoided_percentage", "article_helpful_percentage"),
    ),
    (
        Course(
            "read", _("Articles shown and opened"), keys=("num_articles_shown", "num_articles_opened"), as_bars=True
        ),
        Course("avoided", _("Tickets avoided"), keys=("num_tickets_avoided",), as_bars=True),
        Course(
            "months",
            _("Requests with articles and tickets avoided, month by month"),
            keys=("num_requests_with_articles", "num_tickets_avoided"),
            grain="month",
            when=MONTHS,
            as_bars=True,
        ),
        Course(
            "helped",
            _("Articles that helped, month by month"),
            _("Of the answers that readers gave at their end."),
            keys=("article_helpful_percentage",),
            grain="month",
            when=MONTHS,
        ),
        Ranking("opened", _("Opened, by article"), measure="num_articles_opened", by="article"),
        Ranking("avoiding", _("Tickets avoided, by article"), measure="num_tickets_avoided", by="article"),
        Ranking("helping", _("Articles that helped, by article"), measure="article_helpful_percentage", by="article"),
        Week("week", _("When articles are opened"), _("Hours of the desk's clock."), measure="num_articles_opened"),
        Sheet(
            "sheet",
            _("Article by article"),
            keys=(
                *("num_articles_opened", "num_articles_shown", "num_article_answers", "article_helpful_percentage"),
                "num_tickets_avoided",
            ),
            by="article",
        ),
    ),
    before=_("Nobody has read an article in these months. Customers find those that are published under “Articles”."),
    begins="agent:articles",
)
BOARDS = {
    board.key: board
    for board in (OVERVIEW, EFFICIENCY, AGENTS, ORGANIZATIONS, SLA, CHANNELS, HELP_CENTER, BACKLOG, TRENDS)
}
