"""The house errors. A door translates them once: a fragment, JSON, an exit code, a bounce."""

from collections.abc import Mapping


class DeskError(Exception):
    """Something the desk will not do. `code` is stable; str() is a sentence for a person, in the active language."""

    code = "error"

    def __init__(self, message: object = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)

    @property
    def sentence(self) -> str:
        """What it says to a person, without the names of fields."""
        return str(self)


class Invalid(DeskError):
    """A value is not acceptable. `fields` maps each field's name to a sentence."""

    code = "invalid"

    def __init__(self, field: str | Mapping[str, object], message: object = "") -> None:
        self.fields = {field: message} if isinstance(field, str) else dict(field)
        super().__init__(message or next(iter(self.fields.values()), ""))

    def __str__(self) -> str:
        return "; ".join(f"{field}: {message}" for field, message in self.fields.items())

    @property
    def sentence(self) -> str:
        return " ".join(map(str, self.fields.values()))


class Stale(DeskError):
    """The thing changed meanwhile, or is past changing (a closed ticket)."""

    code = "stale"


class Refused(DeskError):
    """The person may see the thing but not do this to it."""

    code = "refused"


class Missing(DeskError):
    """No such thing, or none that this person may see: both look the same."""

    code = "missing"
