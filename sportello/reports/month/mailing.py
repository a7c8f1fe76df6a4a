"""The report of a month as a mail: its headlines and drawings in the text, the whole of it beside as a PDF."""

import structlog
from django.utils import translation

from sportello.desk.actions import configuration, letters
from sportello.reports import mails, paper
from sportello.reports.mails import Mail

from . import drawings, letter
from .figures import Month
from .printing import document
from .report import write

log = structlog.get_logger()
STEP = "monthly_report"


def compose(month: Month, language: str, audience: str, *, foreword: str = "", url: str = "") -> Mail:
    """Takes seconds. url: where the whole report is, for who may open it.

    What cannot be typeset is left out: the words go all the same.
    """
    sheet = write(month, language, audience, foreword=foreword)
    with translation.override(sheet.language):
        charts = drawings.charts(month, sheet.language).values()
        pictures = mails.pictures(map(paper.picture, charts))
        said = letter.compose(sheet, letters.look_of(configuration.current()), url, pictures)
        files = list(pictures)
        try:
            whole = paper.pdf(document(sheet, [paper.picture(it, paper.A4_HALF) for it in charts]))
            files.append(mails.stored(f"{month.year}-{month.month:02}.pdf", paper.PDF, whole))
        except paper.Unprintable as error:
            log.warning("report not typeset", why=str(error)[:200])
    return Mail(sheet.language, said, tuple(files))
