"""Steps of trying a server, each told: what was looked at, what is wrong with it, what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """is_good: None where it was not reached. found: what was seen, or what is wrong, in a sentence."""

    name: str
    label: str
    is_good: bool | None
    found: str = ""
    todo: str = ""


def told(
    labels: Mapping[str, str],
    *,
    good: Mapping[str, str],
    failed: str = "",
    found: str = "",
    todo: str = "",
) -> list[Step]:
    """The steps in their order, good ones up to the one that failed. good: what was seen, where there is something."""
    steps: list[Step] = []
    is_good: bool | None = True
    for name, label in labels.items():
        if name == failed:
            steps.append(Step(name, label, False, found, todo))
            is_good = None
        else:
            steps.append(Step(name, label, is_good, good.get(name, "") if is_good else ""))
    return steps


def is_fine(steps: Sequence[Step]) -> bool:
    return all(step.is_good for step in steps)
