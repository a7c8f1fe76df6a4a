"""Facts: what happened to tickets, folded from their audits and kept as columns. docs/algorithms/facts.md

- `schema`: the tables, their columns and what they mean.
- `life`: the audits of one ticket, one at a time, into rows. Pure.
- `hours`: the opening hours that were in force at each time. Pure.
- `read`: audits of many tickets from the database, streaming.
- `store`: Parquet files and their manifest; readers never see half a write.
- `sync`: `step()` keeps them up to date, `rebuild()` begins from zero; both give the same.
"""
