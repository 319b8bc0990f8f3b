"""What the buttons of the staff's bot carry, and which stand under what. Pure; whether a press still counts is not known here.

Telegram gives back at most 64 bytes. A press is a wish, never a proof: who pressed, whether the case is theirs and whether it
still has the assignment that the button names is looked up when it comes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from router.staff_bot.words import say
from ventanilla.keys import read_key
from ventanilla.words import Kind

MOST_BYTES = 64
Button = tuple[str, str]
Board = Sequence[Sequence[Button]]
REASONS = ("not_our_topic", "other_team", "no_time", "conflict")
"""The ready reasons for giving a case back; each is said as `reason_CODE`."""
OUTCOMES = ("reached", "no_answer", "message")

SEND, FORGET, AS_NOTE, REOPEN_AND_SEND, TAKE_AND_SEND, WHICH = "t", "f", "n", "o", "k", "w"
UNDO, ON_CASE = "u", "c"
ACCEPT, RESOLVE, NO_REPLY, HAND_OVER, NOT_MINE, REOPEN, CALLED = "acc", "res", "nrn", "hand", "not", "open", "call"
KIND, UPHELD = "kind", "uph"
_FORM = re.compile(
    r"(?P<verb>[tnok]):(?P<text>\d{1,18}):(?P<key>[0-9A-Z]{9})(?::(?P<seen>\d{1,18}))?"
    r"|(?P<alone>[fwu]):(?P<number>\d{1,18})"
    r"|c:(?P<what>acc|res|nrn|hand|not|open|call|kind|uph):(?P<case>[0-9A-Z]{9}):(?P<assignment>\d{1,9})(?::(?P<choice>[0-9a-z_]{1,24}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A press, read. `verb` is what is wanted; of a text: `number` is its row in the ledger, `seen` the newest message that its
    author was shown; of a case: `what`, the assignment's number under which the button was made, and what was chosen."""

    verb: str
    number: int = 0
    key: str = ""
    seen: int | None = None
    what: str = ""
    choice: str = ""


def read_press(data: str) -> Pressed | None:
    """What a button's data says; None for what no button of ours carries, a key whose check character is wrong included."""
    found = _FORM.fullmatch(data) if len(data) <= MOST_BYTES else None
    if found is None:
        return None
    if found["alone"]:
        return Pressed(verb=found["alone"], number=int(found["number"]))
    key = read_key(found["key"] or found["case"])
    if key is None:
        return None
    if found["what"]:
        number, choice = int(found["assignment"]), found["choice"] or ""
        return Pressed(verb=ON_CASE, what=found["what"], key=key, number=number, choice=choice)
    seen = int(found["seen"]) if found["seen"] else None
    return Pressed(verb=found["verb"], number=int(found["text"]), key=key, seen=seen)


def text_data(verb: str, inbox_id: int, key: str = "", *, seen: int | None = None) -> str:
    """What to do with a text that was kept."""
    parts = [verb, str(inbox_id), *([key.replace("-", "")] if key else []), *([str(seen)] if seen is not None else [])]
    return ":".join(parts)


def undo_data(outbox_id: int) -> str:
    """Take this answer back."""
    return f"{UNDO}:{outbox_id}"


def case_data(what: str, key: str, assignment_number: int, choice: str = "") -> str:
    """Do this to a case, while it has this assignment."""
    parts = [ON_CASE, what, key.replace("-", ""), str(assignment_number), *([choice] if choice else [])]
    return ":".join(parts)


def name_code(agent: str) -> str:
    """A person's name as a button carries it: names may be longer than a button holds."""
    return hashlib.sha256(agent.encode()).hexdigest()[:12]


def case_board(language: str, key: str, assignment_number: int, *, to_accept: bool = False) -> Board:
    """What stands under a notice."""

    def button(what: str) -> Button:
        return say(language, f"button_{what}"), case_data(what, key, assignment_number)

    lines = [[button(RESOLVE), button(NO_REPLY)], [button(HAND_OVER), button(NOT_MINE)]]
    return [[button(ACCEPT)], *lines] if to_accept else lines


def answered_board(language: str, key: str, assignment_number: int) -> Board:
    """What stands under a notice whose customer has been answered, and under the answer's confirmation."""
    return [[(say(language, "button_res"), case_data(RESOLVE, key, assignment_number))]]


def reason_board(language: str, key: str, assignment_number: int) -> Board:
    """The ready reasons for giving a case back, one a line."""
    return [[(say(language, f"reason_{code}"), case_data(NOT_MINE, key, assignment_number, code))] for code in REASONS]


def outcome_board(language: str, key: str, assignment_number: int) -> Board:
    """What may have become of a call."""
    return [[(say(language, f"outcome_{code}"), case_data(CALLED, key, assignment_number, code)) for code in OUTCOMES]]


def kind_board(language: str, key: str, assignment_number: int) -> Board:
    """What a case may be, legally: two a line."""
    found = [(say(language, f"kind_{one}"), case_data(KIND, key, assignment_number, str(one))) for one in Kind]
    return [found[start : start + 2] for start in range(0, len(found), 2)]


def upheld_board(language: str, key: str, assignment_number: int) -> Board:
    """Whether whoever complained was right."""
    codes = ("yes", "partly", "no")
    return [[(say(language, f"upheld_{code}"), case_data(UPHELD, key, assignment_number, code)) for code in codes]]


def as_payload(board: Board) -> list[list[list[str]]]:
    """A board as an outbox row keeps it."""
    return [[[label, data] for label, data in line] for line in board if line]
