"""Mails on their way from the listener into the database: all that wait at one moment share one transaction."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connections

from sportello.desk.actions import inbox
from sportello.desk.actions.inbox import Delivery

# One transaction holds the write lock no longer than the worker beside it can bear.
BATCH_MAILS = 200
BATCH_BYTES = 16 * 1024 * 1024
_FULL = ("disk is full", "No space left on device", "quota exceeded")


class Spool:
    """Group commit: a sync to the disk costs the same for one mail as for a hundred. Lives in one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Delivery, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        # One thread, so that its database connection stays open from batch to batch.
        self._thread = ThreadPoolExecutor(1, "spool")

    async def keep(self, delivery: Delivery) -> None:
        """Return once the mail is stored durably. Raises whatever the database raised: then it is not stored."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, stored))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = self._take()
            try:
                await loop.run_in_executor(self._thread, _record, [delivery for delivery, _stored in batch])
            except Exception as error:
                for _delivery, stored in batch:
                    if not stored.done():  # The client may have gone meanwhile.
                        stored.set_exception(error)
            else:
                for _delivery, stored in batch:
                    if not stored.done():
                        stored.set_result(None)

    def _take(self) -> list[tuple[Delivery, asyncio.Future[None]]]:
        size = number = 0
        for delivery, _stored in self._waiting[:BATCH_MAILS]:
            size += len(delivery.raw)
            if number and size > BATCH_BYTES:
                break
            number += 1
        batch, self._waiting = self._waiting[:number], self._waiting[number:]
        return batch

    async def drain(self, seconds: float) -> None:
        """Wait until nothing waits, `seconds` at most."""
        if self._writer is not None:
            await asyncio.wait([self._writer], timeout=seconds)

    def close(self) -> None:
        """Let the thread and its connection go."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown(wait=False)


def is_full(error: Exception) -> bool:
    """Whether it failed for want of room. Each database says so in words of its own."""
    return any(words in str(error) for words in _FULL)


def _record(deliveries: list[Delivery]) -> None:
    close_old_connections()
    try:
        inbox.record(deliveries)
    except BaseException:
        connections.close_all()  # Whatever broke, the next batch starts afresh.
        raise
