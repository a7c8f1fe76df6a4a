"""The report of a month: gathered from facts, votes and changes, written for an audience, shown five ways.

- `gather.month(year, month)` → `figures.Month` (values only; kept as JSON) → `report.write(month, language, audience)`
  → `sheet.Sheet`, which `plain` (text, Markdown), `letter` (mail), `printing` (PDF) and the pages show.
- `writing`: the first working day writes it by itself. `sending`: a person publishes and sends.

docs/algorithms/monthly-report.md
"""

from . import plain
from .figures import Month, as_json, read
from .gather import month
from .report import write
from .voice import ORGANIZATION, PUBLIC, TEAM

__all__ = ["ORGANIZATION", "PUBLIC", "TEAM", "Month", "as_json", "as_markdown", "as_text", "month", "read", "write"]


def as_text(month: Month, language: str, audience: str = TEAM) -> str:
    """The report for a terminal or a mail."""
    return plain.text(write(month, language, audience))


def as_markdown(month: Month, language: str, audience: str = TEAM) -> str:
    return plain.markdown(write(month, language, audience))
