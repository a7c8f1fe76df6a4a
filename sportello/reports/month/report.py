"""The report of a month, written for an audience, in one language."""

from django.utils import translation

from sportello.desk.models import ReportAudience

from .details import Details
from .figures import Month
from .headlines import Headlines
from .sheet import Section, Sheet
from .voice import ORGANIZATION, PUBLIC, TEAM, Voice

TITLES = {TEAM: "title_team", PUBLIC: "title", ORGANIZATION: "title_organization"}


def write(
    month: Month,
    language: str,
    audience: str = TEAM,
    *,
    foreword: str = "",
    since: Section | None = None,
) -> Sheet:
    """The report for an audience. since: what differs by now.

    To customers no name of a person or customer is said, whatever the month holds.
    """
    language = "it" if language.startswith("it") else "en"
    with translation.override(language):
        said = (month, language, audience)
        voice, headlines, is_team = Voice(*said), Headlines(*said), audience == TEAM
        own = tuple(part.strip() for part in foreword.split("\n\n") if part.strip())
        hello = (
            voice.say(f"hello_{audience}", in_month=voice.in_(), organization=month.organization) if not is_team else ""
        )
        blocks = headlines.blocks()
        warnings = [voice.say("running")] * (not month.is_over) + [voice.say("behind")] * month.is_behind
        return Sheet(
            language=language,
            audience=audience,
            desk=month.desk,
            organization=month.organization,
            title=voice.say(TITLES[ReportAudience(audience)], month=voice.name()),
            subtitle=" · ".join(filter(None, (month.organization, month.desk))),
            month=voice.name(),
            opening=(*own, *(headlines.summary(blocks) if is_team else (hello,))),
            warnings=tuple(warnings),
            blocks=blocks,
            sections=(*([since] if since else []), *Details(*said).sections()),
            closing=() if is_team else (voice.say(f"goodbye_{audience}"), month.desk),
            notes=(*headlines.sources(), voice.say("definitions", zone=month.time_zone)),
        )
