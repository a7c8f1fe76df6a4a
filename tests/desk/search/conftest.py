"""Searches find what the worker has written into the index."""

import pytest

from sportello.desk.actions import indexing


@pytest.fixture
def indexed(db, frozen_clock):
    """indexed(): the worker has done all there was to do."""

    def done():
        if frozen_clock:
            frozen_clock.shift(6)
        while indexing.step():
            pass

    return done
