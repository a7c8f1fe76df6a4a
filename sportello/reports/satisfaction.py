"""The board of satisfaction: its figures, and the charts that are drawn as on every board. web/reports/satisfaction
adds who the bad votes come from, why they were bad, and what is being done. docs/algorithms/satisfaction.md"""

from django.utils.translation import gettext_lazy as _

from .board_parts import MONTHS, Board, Course, Mix, Ranking

RAW, HELP, BAD, VOTES = "satisfaction_rating", "satisfaction_rating_help", "num_bad_votes", "num_votes"
ELSE = "num_bad_votes_else"

SATISFACTION = Board(
    "satisfaction",
    _("Satisfaction"),
    _("What the votes say, whom the bad ones come from, what they are about, and what became of them."),
    (RAW, HELP, VOTES, BAD, ELSE, "response_rate", "surveyed_percentage", "rated_of_solved"),
    (
        Course(
            "both",
            _("Satisfied, and satisfied with the help itself"),
            _("The raw figure counts every vote; beside it the part without bad votes about something else."),
            keys=(RAW, HELP),
            grain="month",
            when=MONTHS,
            from_zero=False,
        ),
        Ranking(
            "about",
            _("What the bad votes are about"),
            _("As two people found where one was reviewed, else as the voter said."),
            measure=BAD,
            by="about",
        ),
        Mix("about-months", _("What the bad votes are about, month by month"), measure=BAD, by="about"),
    ),
)
