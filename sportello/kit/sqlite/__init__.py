"""Django's SQLite backend made fit for production; ENGINE = "sportello.kit.sqlite" with OPTIONS.

SQLite before 3.51.3 can corrupt a WAL database when one process checkpoints while another commits, which is exactly
how a desk runs. The pysqlite3 wheel bundles a sound version, so where it is installed it takes the place of the
standard module for the whole process. Importing this package first is what puts it there.
"""

import sys
from typing import Any

try:
    import pysqlite3
except ImportError:
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",  # a transaction that turns from reading to writing fails at once when it is late
    "timeout": 20,
    # FULL: what we told a mail server we have must survive a power cut. Never mmap_size: a stray write would reach
    # the file.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000; "
        "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864"
    ),
}
