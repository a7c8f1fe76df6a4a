"""The few things in which the engines differ that figures can be asked of. Everything else is common SQL."""

from collections.abc import Sequence
from datetime import UTC, datetime

# Local times are kept as such (reports.folding.schema), so that nobody converts time zones.
GRAINS = ("day", "week", "month", "quarter", "year")


class Dialect:
    """What all share; DuckDB has hardly anything of its own."""

    name = "duckdb"

    def text(self, value: str) -> str:
        """A literal."""
        return "'" + value.replace("'", "''") + "'"

    def time(self, at: datetime) -> str:
        """A literal of an aware time."""
        return f"TIMESTAMP '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"

    def truncate(self, grain: str, column: str) -> str:
        """The first day of the bucket that a local time lies in."""
        return f"CAST(date_trunc('{grain}', {column}) AS DATE)"

    def hour(self, column: str) -> str:
        return f"CAST(extract(hour FROM {column}) AS INTEGER)"

    def weekday(self, column: str) -> str:
        """1: Monday."""
        return f"CAST(extract(isodow FROM {column}) AS INTEGER)"

    def later(self, column: str, days: int) -> str:
        return f"{column} + INTERVAL '{days}' DAY"

    def count_if(self, condition: str) -> str:
        return f"count(*){_if(condition)}"

    def sum_if(self, value: str, condition: str) -> str:
        return f"sum({value}){_if(condition)}"

    def distinct_if(self, value: str, condition: str) -> str:
        """How many different ones; empty is none."""
        return f"count(DISTINCT {value}){_if(condition)}"

    def quantiles_if(self, value: str, ps: Sequence[float], condition: str) -> str:
        """Exact, between two ranks by proportion; a list, as ps."""
        return f"quantile_cont({value}, [{_listed(ps)}]){_if(condition)}"

    def contains(self, column: str, value: str) -> str:
        return f"list_contains({column}, {self.text(value)})"

    def get(self, column: str, key: str) -> str:
        """What stands under a key; '' where nothing does."""
        return f"coalesce({column}[{self.text(key)}], '')"

    def each(self, column: str) -> str:
        """A row for each member of a list."""
        return f"unnest({column})"

    def number(self, text: str) -> str:
        """A text as a number; null where it is none."""
        return f"TRY_CAST({text} AS DECIMAL(20, 6))"

    def includes(self, text: str, part: str) -> str:
        """Whether a text holds another, in whatever case. part: in small letters."""
        return f"contains(lower({text}), {self.text(part)})"


class DuckDB(Dialect):
    def truncate(self, grain: str, column: str) -> str:
        if grain == "month":  # A third of what date_trunc takes, and what most figures are split by.
            return f"CAST({column} AS DATE) - CAST(day({column}) - 1 AS INTEGER)"
        return super().truncate(grain, column)


class PostgreSQL(Dialect):
    name = "postgresql"

    def quantiles_if(self, value: str, ps: Sequence[float], condition: str) -> str:
        return f"percentile_cont(ARRAY[{_listed(ps)}]) WITHIN GROUP (ORDER BY {value}){_if(condition)}"

    def contains(self, column: str, value: str) -> str:
        return f"{self.text(value)} = ANY({column})"

    def get(self, column: str, key: str) -> str:
        return f"coalesce({column} ->> {self.text(key)}, '')"

    def number(self, text: str) -> str:
        # None of our own values is anything else than empty or a plain number.
        return f"CAST(nullif({text}, '') AS numeric)"

    def includes(self, text: str, part: str) -> str:
        return f"position({self.text(part)} IN lower({text})) > 0"


class ClickHouse(Dialect):
    name = "clickhouse"

    def text(self, value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def time(self, at: datetime) -> str:
        return f"toDateTime64('{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')"

    def truncate(self, grain: str, column: str) -> str:
        return f"toDate(date_trunc('{grain}', {column}))"

    def hour(self, column: str) -> str:
        return f"toHour({column})"

    def weekday(self, column: str) -> str:
        return f"toDayOfWeek({column})"

    def later(self, column: str, days: int) -> str:
        return f"addDays({column}, {days})"

    def count_if(self, condition: str) -> str:
        return f"countIf({condition})"

    def sum_if(self, value: str, condition: str) -> str:
        return f"sumIf({value}, {condition})"

    def distinct_if(self, value: str, condition: str) -> str:
        return f"uniqExactIf({value}, {condition})"

    def quantiles_if(self, value: str, ps: Sequence[float], condition: str) -> str:
        # Exact alone means the rank below.
        return f"quantilesExactInclusiveIf({_listed(ps)})(assumeNotNull({value}), {condition})"

    def contains(self, column: str, value: str) -> str:
        return f"has({column}, {self.text(value)})"

    def each(self, column: str) -> str:
        return f"arrayJoin({column})"

    def number(self, text: str) -> str:
        return f"toDecimal64OrNull({text}, 6)"

    def includes(self, text: str, part: str) -> str:
        return f"position(lowerUTF8({text}), {self.text(part)}) > 0"


def _if(condition: str) -> str:
    return "" if condition == "TRUE" else f" FILTER (WHERE {condition})"


def _listed(ps: Sequence[float]) -> str:
    return ", ".join(map(str, ps))


DUCKDB, POSTGRESQL, CLICKHOUSE = DuckDB(), PostgreSQL(), ClickHouse()
