"""The SQLite backend among real processes and threads."""

import sqlite3


def test_sqlite_when_the_wheel_is_installed_is_a_version_without_the_wal_bug():
    assert sqlite3.sqlite_version_info >= (3, 51, 3)
