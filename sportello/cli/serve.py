"""`sportello serve`. Imports neither Django nor the parser of the command line."""

import os
import sys

from sportello.config.readers import SettingError
from sportello.config.serve import PARTS, CannotStart, serve


def run(*, demo: bool, only: str) -> None:
    """Serve until told to stop; what hinders the start becomes a sentence and an exit code."""
    try:
        serve(demo=demo, parts=(only,) if only else PARTS, environ=os.environ)
    except SettingError as error:
        _leave(str(error), 2)
    except CannotStart as error:
        _leave(str(error), error.code)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _leave(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(code) from None
