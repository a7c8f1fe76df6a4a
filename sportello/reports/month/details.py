"""What stands below the headlines: the bad votes, who they come from, what changed, all figures."""

from collections import Counter
from collections.abc import Iterator

from sportello.desk.actions import review_causes
from sportello.desk.words import About, Contact, Outcome
from sportello.reports.charts.words import NO_VALUE, number
from sportello.reports.figures import words
from sportello.reports.figures.figure import Figure
from sportello.reports.figures.measures import MEASURES

from . import amounts
from .headlines import REPLY_MEDIAN
from .sheet import Entry, Grid, Section
from .voice import PUBLIC, TEAM, Voice
from .votes import MOST_CASES


class Details(Voice):
    def sections(self) -> Iterator[Section]:
        about = self._about()
        # Without names the cases are left out: then they are counted.
        if about and (self.audience == PUBLIC or not self.month.cases):
            yield Section("about", self.say("about_table"), (self.say("about_public", list=about),))
        elif self.audience != PUBLIC:
            yield self._cases()
        if self.audience == PUBLIC:
            return
        if self.audience == TEAM:
            if self.month.votes.ranking:
                yield self._ranking()
            if self.month.changes:
                yield self._changes()
        yield from self._all()
        yield from self._lines()

    def _about(self) -> str:
        """Who says nothing means the help."""
        counts: Counter[str] = Counter()
        for about, n in self.month.bad_about.items():
            counts[about or About.HELP] += n
        labels = {it.value: str(it.label) for it in About}
        return ", ".join(f"{labels.get(about, about)} ({number(n)})" for about, n in counts.most_common() if n)

    def _cases(self) -> Section:
        if not self.month.cases:
            return Section("cases", self.say("bad_cases"), (self.say("bad_cases_none"),))
        entries = []
        causes = review_causes.every() if self.audience == TEAM else {}
        for case in self.month.cases:
            who = " · ".join(filter(None, (case.requester, case.organization)))
            about = str(About(case.about).label)
            said = str(About(case.said or About.HELP).label)
            found = [
                self.say("about", about=about) if about == said else self.say("about_found", about=about, said=said)
            ]
            if self.audience == TEAM:
                cause = " – ".join(filter(None, (causes.get(case.cause, case.cause), case.cause_text)))
                outcome = " – ".join(filter(None, (_outcome(case.outcome), case.outcome_text)))
                found += [self.say("cause", cause=cause.rstrip("."))] * bool(cause)
                found += [self.say("outcome", outcome=outcome.rstrip("."))] * bool(outcome)
                found += [self.say("case_open")] * (not case.is_done)
            head = f"{self.day(case.day)}, #{case.ticket_id} {case.subject}: {who}"
            entries.append(Entry(case.ticket_id, head, case.comment, tuple(found)))
        lead = (self.say("bad_cases_lead"),) if self.audience == TEAM else ()
        bad = self.figures["num_bad_votes"].now.n
        if len(entries) == MOST_CASES < bad:
            lead = (*lead, self.say("more", shown=number(len(entries)), all=number(bad)))
        return Section("cases", self.say("bad_cases"), lead, tuple(entries))

    def _ranking(self) -> Section:
        votes = self.month.votes
        paragraphs = [self.concentration(), self.say("ranking_lead")]
        if votes.concentration.get("part") and votes.people:
            people = ", ".join(filter(None, votes.people[:5]))
            who = (
                self.say("who", people=people, organization=votes.organization) if votes.organization else f"{people}."
            )
            paragraphs[0] += f" {who}"
        rows = tuple(
            (
                it.name or NO_VALUE,
                it.organization or NO_VALUE,
                number(it.bad),
                number(it.n),
                f"{amounts.percent(it.low, 0)} – {amounts.percent(it.high, 0)}",
            )
            for it in votes.ranking
        )
        grid = Grid(self.say("ranking"), tuple(self.phrases["ranking_columns"].split("|")), rows)
        return Section("ranking", self.say("ranking"), tuple(filter(None, paragraphs)), grids=(grid,))

    def _changes(self) -> Section:
        items = []
        for it in self.month.changes:
            # Italian makes the word agree with what was changed; of people it is another sentence.
            what = self.phrases.get(f"{it.kind}_{it.what}", self.phrases[f"what_{it.what}"])
            kind = self.phrases[f"kind_{it.kind}"]
            line = self.say("change_line", day=self.day(it.day), kind=kind, title=it.title, what=what)
            times = self.phrases["change_times"].format(n=it.times) if it.times > 1 else ""
            more = ", ".join(filter(None, (it.author, times)))
            items.append(line.replace(" ,", ",") + (f" ({more})" if more else "") + ".")
        return Section("changes", self.say("changes"), (self.say("changes_lead"),), items=tuple(items))

    def _all(self) -> Iterator[Section]:
        """A table for each section of the measures; nothing where nothing was measured."""
        columns = tuple(self.phrases["all_columns"].split("|"))
        by_section: dict[str, list[tuple[str, ...]]] = {}
        for key, it in self.figures.items():
            if it.now.n or it.before.n:
                measure = MEASURES[key]
                row = (measure.full_label, _marked(it.now), _marked(it.before), number(it.now.n))
                by_section.setdefault(str(measure.section), []).append(row)
        grids = tuple(Grid(section, (section, *columns[1:]), tuple(rows)) for section, rows in by_section.items())
        if not grids:
            return
        is_starred = any(cell.endswith("*") for grid in grids for row in grid.rows for cell in row)
        said = [f"* {self.phrases['few']}."] * is_starred
        if direct := {it: n for it, n in self.month.direct.items() if it and n}:
            labels = {it.value: str(it.label) for it in Contact}
            said.append(
                self.say("direct", list=", ".join(f"{labels.get(k, k)} ({number(n)})" for k, n in direct.items()))
            )
        yield Section("all", self.say("all"), tuple(said), grids=grids)

    def _lines(self) -> Iterator[Section]:
        columns = self.phrases["line_columns"].split("|")
        keys = ("num_solved_tickets", REPLY_MEDIAN, "satisfaction_rating")
        counts = ("num_good_votes", "num_bad_votes_help", "num_bad_votes_else")
        for name, nobody in (("agents", "nobody"), ("organizations", "no_organization"), ("requesters", "nobody")):
            breakdown = getattr(self.month, name)
            if not breakdown.lines or (name == "organizations" and len(breakdown.lines) == 1):
                continue
            title = self.say(name)
            rows = tuple(
                (it.name or self.phrases[nobody], *(_marked(it.figures[key]) for key in (*keys, *counts)))
                for it in breakdown.lines
            )
            whole = number(len(rows) + breakdown.left_out)
            more = (self.say("more", shown=number(len(rows)), all=whole),) if breakdown.left_out else ()
            if any(it.figures[key].is_small and it.figures[key].n for it in breakdown.lines for key in keys):
                more = (*more, f"* {self.phrases['few']}.")
            yield Section(name, title, more, grids=(Grid(title, (title, *columns[1:]), rows),))


def _marked(figure: Figure) -> str:
    """With a star where it stands on too few cases."""
    return words.words(figure) + ("*" if figure.is_small and figure.n else "")


def _outcome(value: str) -> str:
    return str(Outcome(value).label) if value in Outcome.values else value
