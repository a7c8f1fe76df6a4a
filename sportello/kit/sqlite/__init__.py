"""Django's SQLite backend made fit for production; ENGINE = "sportello.kit.sqlite".

SQLite before 3.51.3 can corrupt a WAL database when one process checkpoints while another commits, which is exactly how a
desk runs. The pysqlite3 wheel bundles a sound version, so where it is installed it takes the place of the standard module
for the whole process. Importing this package first is what puts it there.
"""

import sys

try:
    import pysqlite3
except ImportError:
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
