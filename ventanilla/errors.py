"""Every error that Ventanilla raises on purpose.

VentanillaError
├── ConfigError      the admin's file is wrong; carries every problem found
├── BadInput         a command was given something that cannot be (exit 2)
├── Unreachable      something needed is out of reach (exit 3)
│   └── AnotherSchema  the store has become another version's; this process writes nothing more
├── BadMessage       a raw item that cannot be read: it goes to quarantine
├── Conflict         somebody else was first; carries who won
├── Temporary        worth trying again, after `retry_after` seconds
│   ├── Ambiguous    it may have happened; look it up before trying again
│   └── TooSoon      not tried: we keep to the pace that the provider allows
└── Permanent        trying again cannot help; `cure` says what a person can do
    ├── LoginRefused credentials, consent or certificate; pauses that channel alone
    └── Unwelcome    this recipient takes nothing from us: blocked, gone, opted out
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class VentanillaError(Exception):
    """Base of the tree above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a config file, in the words an admin can act on."""

    file: str
    key: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigError(VentanillaError):
    """The file cannot be used. `problems` names every one of them, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BadInput(VentanillaError):
    """A command was given a value that cannot be; the message says what is allowed."""


class Unreachable(VentanillaError):
    """The store, the queue or a server that a command needs did not answer."""


class AnotherSchema(Unreachable):
    """The store's schema is no longer the one that this process works on."""


class BadMessage(VentanillaError):
    """A raw item that cannot be read. It is kept as it came and shown to a person."""


class Conflict(VentanillaError):
    """A compare-and-set lost. `winner` is who holds it now, where that is known."""

    def __init__(self, message: str, *, winner: str | None = None) -> None:
        self.winner = winner
        super().__init__(message)


class Temporary(VentanillaError):
    """It failed for now. `retry_after` is in seconds; None leaves it to the caller's back-off. `parts` are the provider's ids of
    what of a message in several parts had gone out by then."""

    def __init__(
        self, message: str, *, retry_after: float | None = None, cure: str = "", parts: Sequence[str] = ()
    ) -> None:
        self.retry_after = retry_after
        self.cure = cure
        self.parts = tuple(parts)
        super().__init__(message)


class Ambiguous(Temporary):
    """The answer was lost after the request went out: it may have happened."""


class TooSoon(Temporary):
    """Nobody was asked: we keep to the pace that the provider allows. It counts as no attempt and is no trouble. `is_whole`: the
    same holds for everybody, not only for this recipient."""

    def __init__(
        self, message: str, *, retry_after: float | None = None, parts: Sequence[str] = (), is_whole: bool = False
    ) -> None:
        self.is_whole = is_whole
        super().__init__(message, retry_after=retry_after, parts=parts)


class Permanent(VentanillaError):
    """Trying again cannot help. `cure` is what a person can do about it."""

    def __init__(self, message: str, *, cure: str = "") -> None:
        self.cure = cure
        super().__init__(message)


class LoginRefused(Permanent):
    """Credentials, consent or certificate were refused: this channel pauses, the others go on."""


class Unwelcome(Permanent):
    """The recipient takes nothing from us at this address, whatever it is: they blocked us, are gone, or opted out."""
