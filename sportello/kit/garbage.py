"""Python's search for objects that hold each other, tuned to a process that answers requests."""

import gc


def settle() -> None:
    """To be called when everything is loaded: what is there stays, and the search comes seldom.

    A page makes thousands of objects and hardly any that hold each other; looking for them after each 700 took a
    quarter of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
