"""Only one at a time: a lock on a file, which the system lets go by itself when its holder dies."""

import os
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nobody is kept out
    fcntl = None  # type: ignore[assignment]


class Busy(Exception):
    """Somebody else holds the lock; pid is their process, 0 when unknown."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(f"{path} is held by process {pid}")
        self.path, self.pid = path, pid


@dataclass(slots=True)
class Lock:
    path: Path
    file: int

    def release(self) -> None:
        """Let go; harmless when done twice."""
        if self.file >= 0:
            os.close(self.file)
            self.file = -1


def hold(path: Path) -> Lock:
    """Take the lock at path until release() or the end of this process. Raises Busy at once when it is taken.

    The file stays behind: removing it would let two holders in by way of two files of the same name.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 20).decode("ascii", "replace").strip()
            os.close(file)
            raise Busy(path, int(holder) if holder.isdigit() else 0) from None
    os.ftruncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode())
    return Lock(path, file)
