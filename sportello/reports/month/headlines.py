"""The headlines of a report: a figure beside last month's and the benchmark, and what that means."""

from collections.abc import Iterator, Sequence

from sportello.reports.charts.words import number
from sportello.reports.figures import words
from sportello.reports.figures.figure import Figure
from sportello.reports.figures.measures import MEASURES

from . import amounts
from .figures import Against, Compared
from .sheet import Block, Row
from .voice import ORGANIZATION, TEAM, Voice, period_name

REPLY, REPLY_MEDIAN = "first_reply_time_in_minutes_mean", "first_reply_time_in_minutes_median"


class Headlines(Voice):
    def blocks(self) -> tuple[Block, ...]:
        return self._solved(), self._first_reply(), self._first_contact(), self._satisfaction()

    def summary(self, blocks: Sequence[Block]) -> tuple[str, ...]:
        """What a team lead reads with the coffee: a line for each headline, and who the bad votes come from."""
        solved, *others = blocks
        change = solved.says[0]
        lines = [f"{solved.title}: {solved.value}, {change[:1].lower()}{change[1:]}"]
        for block, key in zip(others, (REPLY, "one_touch_percentage", "satisfaction_rating"), strict=True):
            compared = self.figures[key]
            if compared.now.value is None:
                continue
            said = f"{block.title}: {block.value}"
            if compared.before.value is not None:
                said += self.phrases["last_in_short"].format(value=self.value(compared.before))
            lines.append(f"{said}. {self._known_place(compared)}".strip())
        if concentration := self.concentration():
            lines.append(f"{self.phrases['lately']}: {concentration[:1].lower()}{concentration[1:]}")
        return tuple(lines)

    def _known_place(self, compared: Compared) -> str:
        """Better than how many others, where that is known."""
        against = compared.against
        if against is None or compared.difference is None or (against.beaten is None and against.low is None):
            return ""
        return self._beaten(against)

    def _solved(self) -> Block:
        compared = self.figures["num_solved_tickets"]
        figures = (compared.earlier, compared.before, compared.now)
        rows = tuple(
            Row(
                self.say("solved_of", month=self.name(back, with_year=False), in_month=self.in_(back, with_year=False)),
                words.words(it),
            )
            for back, it in zip((2, 1, 0), figures, strict=True)
        )
        change = compared.change or 0
        key = "solved_more" if change > 0 else "solved_fewer" if change < 0 else "solved_same"
        month, last = self.name(1, with_year=False), self.in_(1, with_year=False)
        says = [self.say(key, n=number(abs(change)), to_month=_to(month), in_month=last)]
        if compared.against:
            said, age = self.say("solved_benchmark", value=number(compared.against.value)), self.age(compared.against)
            says.append(f"{said[:-1]} ({age})." if age else said)
        return Block("solved", self.say("solved"), "", words.words(compared.now), rows, tuple(says))

    def _first_reply(self) -> Block:
        says, notes = [], []
        within = self.figures["first_reply_within_hour"].now
        if within.value is not None:
            said = self.say("within_hour", the=amounts.the(within.value, 0))
            says.append(f"{self.say('night')} {said}" if self._has_nights() else said)
        median = self.figures[REPLY_MEDIAN].now
        if median.value is not None:
            said = self.say("typical", median=amounts.amount(median.value, median.unit))
            others = self.figures[REPLY_MEDIAN]
            says.append(f"{said} {self._beside('median', others)}" if others.against else said)
        business = [self.figures[f"{key}_business"].now for key in (REPLY, REPLY_MEDIAN)]
        mean, middle = (amounts.amount(it.value, it.unit) if it.value is not None else "" for it in business)
        if mean:
            says.append(self.say("business", mean=mean, median=middle))
        arrived = [self.figures[f"{REPLY}_arrived_{when}"].now for when in ("open", "closed")]
        if all(it.value is not None and not it.is_small for it in arrived):
            opened, closed = (amounts.amount(it.value or 0, it.unit) for it in arrived)
            notes.append(self.say("arrived", open=opened, closed=closed))
        return self._block("first_reply", REPLY, says, notes)

    def _has_nights(self) -> bool:
        """Whether the mean suffers from those who came in while the desk was closed."""
        outside = self.figures["num_new_tickets_outside_hours"].now.value
        return bool(outside)

    def _first_contact(self) -> Block:
        notes = []
        one, strict = (
            self.figures[key].now.value for key in ("one_reply_percentage", "first_contact_strict_percentage")
        )
        if one is not None and strict is not None:
            notes.append(self.say(self.own("readings"), one=amounts.percent(one), strict=amounts.percent(strict)))
        return self._block("first_contact", "one_touch_percentage", [], notes)

    def _satisfaction(self) -> Block:
        says, notes = [], []
        votes, help_ = self.figures["satisfaction_rating"].now, self.figures["satisfaction_rating_help"].now
        says.append(self._votes())
        if votes.value is not None and votes.low is not None and votes.high is not None:
            low, high = amounts.percent(votes.low), amounts.percent(votes.high)
            key = "interval_one" if votes.n == 1 else "interval"
            notes.append(self.say(key, n=number(votes.n), low=low, high=high))
        if help_.value is not None and help_.n != votes.n and self.audience == TEAM:
            notes.append(self.say("help", the=amounts.the(help_.value), n=number(help_.n)))
        return self._block("satisfaction", "satisfaction_rating", says, notes)

    def _votes(self) -> str:
        """“67 voti su 256 ticket risolti, uno solo negativo: 98,5 %. Ha risposto il 26,2 %.”"""
        votes, solved = self.figures["satisfaction_rating"].now, self.figures["num_solved_tickets"].now
        if votes.value is None:
            return self.say("votes_none")
        bad = self.figures["num_bad_votes"].now.n
        if votes.n == 1:
            return self.say("vote_bad" if bad else "vote_good", solved=number(solved.n))
        key = "votes_solved" if solved.n else "votes_no_solved"
        said = self.say(key, n=number(votes.n), solved=number(solved.n))
        many = "votes_bad_none" if not bad else "votes_bad_one" if bad == 1 else "votes_bad"
        said += f", {self.phrases[many].format(n=number(bad))}: {amounts.percent(votes.value)}."
        answered = self.figures["rated_of_solved"].now.value
        return f"{said} {self.say('answered', the=amounts.the(answered))}" if answered else said

    def _block(self, name: str, key: str, says: Sequence[str], notes: Sequence[str]) -> Block:
        """A figure beside last month's and the benchmark."""
        compared = self.figures[key]
        rows = [self._row("this", compared.now), self._row("last", compared.before)]
        if compared.against:
            value = amounts.amount(compared.against.value, compared.now.unit)
            rows.append(Row(self.say("benchmark"), value, self.age(compared.against)))
        return Block(
            key=name,
            title=self.say(name),
            lead=self.say(self.own(f"{name}_lead")),
            value=self.value(compared.now),
            rows=tuple(rows),
            says=tuple(filter(None, (self._beside(name, compared), *says))),
            notes=(*notes, self.say("chance")) if compared.may_be_chance else tuple(notes),
            tone=_tone(key, compared),
        )

    def _row(self, label: str, figure: Figure) -> Row:
        note = self.say("cases", n=number(figure.n)).lower() if figure.n else ""
        if figure.is_small and figure.n:
            note += f", {self.phrases['few']}"
        return Row(self.say(label), self.value(figure), note)

    def _beside(self, name: str, compared: Compared) -> str:
        """“Il tempo di prima risposta è di 19,00 ore inferiore al benchmark. È migliore rispetto …”"""
        if self.audience == ORGANIZATION or compared.now.value is None:
            return ""
        if compared.against is None:
            return self.say("no_benchmark")
        if compared.difference is None:
            return self.say("beaten_few")
        what, size = self.phrases[f"{name}_what"], amounts.difference(compared.difference, compared.now.unit)
        key = "same" if not size else "lower" if compared.difference < 0 else "higher"
        return f"{self.say(key, what=what, difference=size)} {self._known_place(compared)}".strip()

    def _beaten(self, against: Against) -> str:
        if against.low is None or against.high is None:
            return self.say("beaten", of_the=amounts.of_the(against.beaten or 0))
        low, high = amounts.outward(against.low, against.high)
        if against.beaten is not None:
            said = {"low": amounts.percent(low, 0), "high": amounts.percent(high, 0)}
            return self.say("beaten_about", the=amounts.the(against.beaten, 0), **said)
        if low > 0:
            return self.say("beaten_at_least", the=amounts.the(low, 0))
        return self.say("beaten_at_most", of_the=amounts.of_the(high, 0))

    def sources(self) -> Iterator[str]:
        """Whose the benchmarks are and how they are counted, each once; whether one says no more than its value."""
        yield from dict.fromkeys(self._source(it.against) for it in self.figures.values() if it.against is not None)
        placed = (self.figures[key] for key in (REPLY, "one_touch_percentage", "satisfaction_rating"))
        if any(it.difference is not None and not self._known_place(it) for it in placed):
            yield self.say("beaten_unknown")

    def _source(self, against: Against) -> str:
        key = "source_desks" if against.desks else "source"
        label, method = against.labels[self.language], against.methods[self.language]
        return self.say(key, label=label, period=period_name(against.period), desks=against.desks, method=method)


def _to(month: str) -> str:
    return f"ad {month}" if month.startswith("a") else f"a {month}"


def _tone(key: str, compared: Compared) -> str:
    better, difference = MEASURES[key].better, compared.difference
    if not better or not difference or compared.may_be_chance or not amounts.difference(difference, compared.now.unit):
        return ""
    return "better" if (difference < 0) == (better == "lower") else "worse"
