"""Figures: measures over facts. docs/measures.md has every one of them; docs/algorithms/facts.md says how they count.

- `measures.MEASURES`: each with unit, words, definition and how it is counted.
- `dimensions`: what figures can be split by; `filters`: conditions of the desk's vocabulary as SQL.
- `query.Query` → `answer.ask(source, query)` → `answer.Table` of `figure.Figure`; `answer.tickets(…)`: the ids of the
  tickets behind any cell.
- `dialects`: the few things in which DuckDB, PostgreSQL and ClickHouse differ; `source`: where facts are asked.
"""
