"""Commands about one case: `/resolve K7M-Q2X-VTR`, or the same without a key as an answer to what the bot wrote about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from router.moves.marked import is_note
from router.moves.reasoned import Upheld
from router.staff_bot.about import About, newest_known
from router.staff_bot.answers import key_of, note_text, send_text, too_large, typed
from router.staff_bot.asked import Asked, Said
from router.staff_bot.buttons import SEND, Pressed
from router.staff_bot.kept import act_on_text
from router.staff_bot.moves import (
    WHY_NOT_MINE,
    WHY_RESOLVED,
    call,
    classify,
    end,
    give_by_name,
    not_mine,
    open_again,
    take,
)
from router.staff_bot.view import show_case
from ventanilla.keys import read_key
from ventanilla.store.conversations import case_by_key
from ventanilla.words import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Of which case a command speaks, what follows the key, and what its author had seen of the case (None: nobody knows)."""

    key: str
    rest: str
    seen: int | None = None


def answer_question(asked: Asked, answered: About | None) -> Said | None:
    """What answers a question of the bot's: a reason where it asks for one, a case's key where it asks which; None for anything
    else."""
    key = read_key(asked.message.reply_text)
    if answered is not None and key is not None and "kept" in answered.extra:
        return act_on_text(asked, Pressed(verb=SEND, number=int(answered.extra["kept"]), key=key))
    if answered is None or answered.case_id is None or is_note(asked.message.reply_text):
        return None
    asks, reason = answered.extra.get("asks"), asked.message.reply_text.strip()
    if asks == WHY_NOT_MINE:
        return not_mine(asked, key_of(asked, answered.case_id), reason)
    if asks == WHY_RESOLVED:
        key, right = key_of(asked, answered.case_id), answered.extra.get("upheld")
        if right in list(Upheld):
            return end(asked, key, reason=reason, upheld=Upheld(right))
        return end(asked, key, Resolution.UNANSWERED, reason)
    return None


def _reply(asked: Asked, meant: Meant) -> Said:
    kept = typed(asked, text=meant.rest)
    if not kept.text and not kept.files:
        return Said(text=asked.say("needs_text", command=asked.word("reply")))
    case = case_by_key(asked.connection, meant.key)
    seen = meant.seen
    if seen is None and case is not None:
        seen = newest_known(asked.connection, case.id, at=asked.asked_at)
    return too_large(asked) or send_text(asked, kept, meant.key, seen=seen)


def _note(asked: Asked, meant: Meant) -> Said:
    if not meant.rest:
        return Said(text=asked.say("needs_text", command=asked.word("note")))
    return note_text(asked, typed(asked, text=meant.rest), meant.key)


_ACTIONS: dict[str, Callable[[Asked, Meant], Said]] = {
    "case": lambda asked, meant: show_case(asked, meant.key),
    "reply": _reply,
    "note": _note,
    "accept": lambda asked, meant: take(asked, meant.key),
    "resolve": lambda asked, meant: end(asked, meant.key, reason=meant.rest),
    "reopen": lambda asked, meant: open_again(asked, meant.key),
    "handover": lambda asked, meant: give_by_name(asked, meant.key, meant.rest),
    "notmine": lambda asked, meant: not_mine(asked, meant.key, meant.rest),
    "kind": lambda asked, meant: classify(asked, meant.key, meant.rest),
    "called": lambda asked, meant: call(asked, meant.key, meant.rest),
}


def _command(code: str) -> Callable[[Asked, About | None], Said]:
    def run(asked: Asked, answered: About | None) -> Said:
        meant = _meant(asked, answered)
        if meant is None:
            return Said(text=asked.say("needs_key", command=asked.word(code)))
        return _ACTIONS[code](asked, meant)

    return run


CASE_COMMANDS = {code: _command(code) for code in _ACTIONS}


def _meant(asked: Asked, answered: About | None) -> Meant | None:
    """The key that stands first, else the case of the message that this answers."""
    words = asked.argument.split(maxsplit=1)
    key = read_key(words[0]) if words else None
    if key is not None:
        return Meant(key=key, rest=words[1].strip() if len(words) > 1 else "")
    if answered is not None and answered.case_id is not None:
        return Meant(key=key_of(asked, answered.case_id), rest=asked.argument, seen=answered.seen)
    return Meant(key=words[0], rest="") if words else None
