"""The help center of the demo desk: articles written before its months begin, and what customers did with them.

With a chance of its own: the rest of the story stays as it is.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sportello.desk.models import User
from sportello.desk.rules.texts import LANGUAGES
from sportello.helpcenter.actions import articles, readings, sections
from sportello.kit import clock

TEXTS = Path(__file__).parent / "texts"
# Share of visits by hour of a working day.
HOURS = (1, 0, 0, 0, 0, 0, 1, 3, 9, 14, 13, 11, 7, 6, 10, 12, 10, 7, 5, 4, 4, 3, 2, 1)
WEEKEND = 0.2
# In the first days a help center is found by few.
AT_FIRST = 0.5
WRITES = 0.6  # of the visits are of somebody who writes a request
Act = tuple[datetime, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Written:
    """An article that is published. helps: the share of its readers who say so; drawn: how often it fits."""

    key: int
    drawn: int
    helps: float
    languages: tuple[str, ...]


def write(texts: Iterable[str], author: User) -> list[Written]:
    """The sections and articles of these files ("articles"), through the verbs, at the present."""
    found: list[Written] = []
    for name in texts:
        for section in tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8"))["section"]:
            row = sections.add({language: section[language] for language in LANGUAGES}, actor=author)
            for article in section["article"]:
                written = _write(row.pk, article, author)
                if written:
                    found.append(written)
    return found


def _write(section_id: int, article: dict[str, Any], author: User) -> Written | None:
    languages = tuple(it for it in LANGUAGES if it in article)
    first, *others = languages
    key = articles.add(section_id, first, article[first]["title"], article[first]["html"].strip(), actor=author).pk
    for language in others:
        said = article[language]
        articles.write(key, language, said["title"], said["html"].strip(), actor=author)
    if article.get("state") == "draft":
        return None
    for language in languages:
        articles.publish(key, language, actor=author)
    drawn = article["drawn"]
    return Written(key, drawn, 0.6 + 0.04 * (drawn % 9), languages)


def read(written: list[Written], start: datetime, end: datetime, visits: int, zone: ZoneInfo, seed: int) -> None:
    """So many visits between these moments, through the verbs, in the order of time."""
    random = Random(seed)
    acts: list[Act] = []
    for _visit in range(visits if written else 0):
        acts += _visited(written, _moment(start, end, zone, random), random)
    for at, act in sorted(acts, key=lambda it: it[0]):
        if at < end:
            with clock.at(at):
                act()


def _moment(start: datetime, end: datetime, zone: ZoneInfo, random: Random) -> datetime:
    while True:
        share = random.random()
        at = start + (end - start) * share
        local = at.astimezone(zone)
        weight = HOURS[local.hour] / max(HOURS) * (WEEKEND if local.weekday() >= 5 else 1)
        if random.random() < weight * (AT_FIRST + (1 - AT_FIRST) * share):
            return at.replace(microsecond=0)


def _visited(written: list[Written], at: datetime, random: Random) -> Iterator[Act]:
    word = f"{random.getrandbits(96):024x}"
    language = "it" if random.random() < 0.7 else "en"
    readable = [it for it in written if language in it.languages]
    chosen = random.choices(readable, [it.drawn for it in readable], k=3)
    fitting = list(dict.fromkeys(chosen))[: random.choice((1, 2, 2, 3))]
    acts = _writing if random.random() < WRITES else _looking
    for seconds, verb in acts(fitting, random):
        yield at + timedelta(seconds=seconds), partial(verb, visit=word, language=language)


def _looking(fitting: list[Written], random: Random) -> Iterator[tuple[int, Callable[..., object]]]:
    """He came by the help center."""
    for nth, it in enumerate(fitting[:2]):
        yield 40 + 150 * nth, partial(readings.open, it.key)
        if random.random() < 0.3:
            yield 130 + 150 * nth, partial(readings.answer, it.key, random.random() < it.helps)


def _writing(fitting: list[Written], random: Random) -> Iterator[tuple[int, Callable[..., object]]]:
    """He was writing a request, and articles stood beside it; most read none of them, and send it."""
    yield 20, partial(readings.show, [it.key for it in fitting])
    first, chance = fitting[0], random.random()
    if chance < 0.3 * first.helps:
        yield 110, partial(readings.answer, first.key, True)
        if random.random() < 0.12:
            yield 400, _sent
    elif chance < 0.42:
        yield 90, partial(readings.answer, first.key, False)
        yield 240, _sent
    else:
        yield 200, _sent


def _sent(*, visit: str, language: str) -> None:
    readings.request_sent(visit)
