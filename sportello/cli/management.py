"""`sportello django …`: Django's own commands."""

import os
import sys
from collections.abc import Sequence

from sportello.config.readers import SettingError, read
from sportello.kit.terminal import _


def run(arguments: Sequence[str]) -> None:
    """Run one of Django's commands; `migrate` makes the data folder, as serve does. A refusal becomes a sentence."""
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    try:
        if "migrate" in arguments[:1]:
            read(os.environ).data.mkdir(parents=True, exist_ok=True, mode=0o700)
        execute_from_command_line(["sportello django", *arguments])
    except SettingError as error:
        _leave(str(error), 2)
    except OperationalError as error:
        _leave(_("The database cannot be used: {error} Try: sportello doctor").format(error=error), 1)
    except OSError as error:
        _leave(f"{error.filename}: {error.strerror}" if error.filename else str(error), 1)


def _leave(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(code) from None
