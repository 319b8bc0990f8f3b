"""What one of us does to a case from their chat: by a button under a message, or by a command. The moves themselves are elsewhere.

A button counts while the case has the assignment under which it was made; a repeat says how things stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from router.automatic.receipt_text import day_in_words
from router.moves.accept import accept
from router.moves.base import find_case
from router.moves.called import called
from router.moves.classify import set_kind
from router.moves.decline import decline
from router.moves.outcome import Moved
from router.moves.reasoned import Upheld
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.resolve import resolve
from router.moves.transfer import is_off_duty, transfer
from router.notices.rewriting import tell_more
from router.promises.lawful import deadlines_of
from router.staff_bot.asked import Asked, Said
from router.staff_bot.buttons import (
    ACCEPT,
    CALLED,
    HAND_OVER,
    KIND,
    NO_REPLY,
    NOT_MINE,
    OUTCOMES,
    REASONS,
    REOPEN,
    RESOLVE,
    UPHELD,
    Button,
    Pressed,
    answered_board,
    case_data,
    kind_board,
    name_code,
    outcome_board,
    reason_board,
    upheld_board,
)
from router.staff_bot.words import kind_meant, outcome_meant, plain
from ventanilla.store.conversations import case_by_key
from ventanilla.store.tables import agents, team_members
from ventanilla.words import CallOutcome, Kind, Resolution, Role

MOST_PEOPLE = 12
WHY_NOT_MINE, WHY_RESOLVED = "not_mine", "resolved"
"""What an answer to a question of the bot's is taken for (`asks` in the payload)."""


def act_on_case(asked: Asked, pressed: Pressed) -> Said:
    """Do what a button under a message about a case says. Says that it is old where the case has moved on since."""
    case = case_by_key(asked.connection, pressed.key)
    if case is None or case.assignment_number != pressed.number:
        return Said(text=asked.say("old_button"))
    if pressed.what == HAND_OVER:
        return _hand_to_pressed(asked, case, pressed)
    if pressed.what == NOT_MINE:
        return _not_mine_pressed(asked, case, pressed.choice)
    if pressed.what == CALLED:
        return call(asked, case.key, pressed.choice if pressed.choice in OUTCOMES else "")
    if pressed.what == KIND:
        return classify(asked, case.key, pressed.choice)
    if pressed.what == UPHELD:
        return _why_so(asked, case, pressed.choice)
    if pressed.what == NO_REPLY:
        return end(asked, case.key, Resolution.NO_REPLY_NEEDED)
    return {ACCEPT: take, RESOLVE: end, REOPEN: open_again}[pressed.what](asked, case.key)


def take(asked: Asked, key: str) -> Said:
    """They have it."""
    try:
        with asked.acting() as move:
            case = accept(move, key)
            tell_more(move.connection, move.house, case, move.journal)
    except Refused as refused:
        return refusal(asked, key, refused)
    return Said(text=asked.say("accepted", key=case.key), about=case.id)


def end(
    asked: Asked,
    key: str,
    resolution: Resolution = Resolution.ANSWERED,
    reason: str = "",
    *,
    upheld: Upheld | None = None,
) -> Said:
    """It is done; where that takes a reason, or saying whether the customer was right, they are asked for it."""
    try:
        with asked.acting() as move:
            case = find_case(move, key)
            moved = resolve(move, key, resolution=resolution, text=reason, upheld=upheld)
    except Refused as refused:
        return refusal(asked, key, refused)
    if moved.waits_for is not None:
        return Said(text=asked.say("resolves_with_answer", key=moved.key), about=case.id)
    code = "resolved_no_reply" if resolution is Resolution.NO_REPLY_NEEDED and moved.changed else "resolved"
    board = [[_button(asked, REOPEN, case)]]
    return Said(text=asked.say(code, key=moved.key), about=case.id, buttons=board)


def open_again(asked: Asked, key: str) -> Said:
    """It is open again; whose it is then."""
    try:
        with asked.acting() as move:
            case = find_case(move, key)
            moved: Moved = reopen(move, key)
    except Refused as refused:
        return refusal(asked, key, refused)
    said = [asked.say("reopened", key=moved.key)]
    if moved.owner != asked.agent.name:
        said = [said[0], asked.say("handed_over", key=moved.key, agent=asked.called(moved.owner))]
    return Said(text="\n".join(said), about=case.id)


def give(asked: Asked, key: str, to: str, *, number: int | None = None) -> Said:
    """It is somebody else's now."""
    try:
        with asked.acting() as move:
            case = transfer(move, key, to, expected_number=number)
    except Refused as refused:
        return refusal(asked, key, refused)
    name = asked.called(case.owner)
    said = [asked.say("handed_over", key=case.key, agent=name)]
    if is_off_duty(asked.connection, case.owner):
        said.append(asked.say("is_away", agent=name))
    return Said(text="\n".join(said), about=case.id)


def give_by_name(asked: Asked, key: str, name: str) -> Said:
    """The same by a name as somebody types it; without one, or with one that nobody has, they are asked who."""
    case = _case(asked, key)
    if isinstance(case, Said):
        return case
    wanted = plain(name)
    people = [row.name for row in _receivers(asked, case)]
    exact = [one for one in people if wanted in (plain(one), plain(asked.called(one)))]
    close = exact or [one for one in people if wanted and plain(asked.called(one)).startswith(wanted)]
    if len(close) == 1:
        return give(asked, case.key, close[0])
    return _who(asked, case, name)


def not_mine(asked: Asked, key: str, reason: str) -> Said:
    """They give it back; without a reason they are asked for it."""
    try:
        with asked.acting() as move:
            if not reason.strip():
                return _why(asked, find_case(move, key))
            case = decline(move, key, reason=reason)
    except Refused as refused:
        return refusal(asked, key, refused)
    code = "declined_stays" if case.owner == asked.agent.name else "declined"
    return Said(text=asked.say(code, key=case.key, **_holder(asked, code, case)), about=case.id)


def call(asked: Asked, key: str, words: str) -> Said:
    """They rang the customer; without an outcome they are asked for it. What follows its first line is what was said."""
    case = _case(asked, key)
    if isinstance(case, Said):
        return case
    line, _, text = words.partition("\n")
    outcome = line if line in OUTCOMES else outcome_meant(line)
    if outcome is None:
        board = outcome_board(asked.language, case.key, case.assignment_number)
        return Said(text=asked.say("what_outcome", key=case.key), buttons=board, about=case.id)
    try:
        with asked.acting() as move:
            called(
                move, key, CallOutcome(outcome), text, at=min(asked.asked_at, asked.now), idempotency_key=_once(asked)
            )
    except Refused as refused:
        return refusal(asked, key, refused)
    said = asked.say("called", key=case.key, outcome=asked.say(f"outcome_{outcome}").lower())
    board = answered_board(asked.language, case.key, case.assignment_number)
    return Said(text=said, about=case.id, buttons=board if outcome == CallOutcome.REACHED else ())


def classify(asked: Asked, key: str, words: str) -> Said:
    """What the case is, legally; without a word for it they are asked."""
    case = _case(asked, key)
    if isinstance(case, Said):
        return case
    meant = words if words in list(Kind) else kind_meant(words)
    if meant is None:
        board = kind_board(asked.language, case.key, case.assignment_number)
        return Said(text=asked.say("what_kind", key=case.key), buttons=board, about=case.id)
    try:
        with asked.acting() as move:
            set_kind(move, key, Kind(meant))
            found = deadlines_of(move.connection, move.house, find_case(move, key))
    except Refused as refused:
        return refusal(asked, key, refused)
    said = [asked.say("kind_set", key=case.key, kind=asked.say(f"kind_{meant}"))]
    said += [asked.say("last_day", day=day_in_words(one, asked.language)) for one in found[:1]]
    return Said(text="\n".join(said), about=case.id)


def refusal(asked: Asked, key: str, refused: Refused) -> Said:
    """Why it cannot be, with what can be done instead where a press does it."""
    said = asked.refused(refused)
    case = case_by_key(asked.connection, refused.values.get("key", key))
    if case is None:
        return Said(text=said)
    if refused.code in ("unanswered", "needs_reason"):
        board = [[_button(asked, NO_REPLY, case)]] if refused.code == "unanswered" else []
        extra = {"asks": WHY_RESOLVED}
        return Said(text=f"{said}\n{asked.say('say_reason')}", buttons=board, about=case.id, extra=extra)
    if refused.code == "needs_outcome":
        board = list(map(list, upheld_board(asked.language, case.key, case.assignment_number)))
        return Said(text=said, buttons=board, about=case.id)
    board = [[_button(asked, REOPEN, case)]] if refused.code == "not_open" else []
    return Said(text=said, buttons=board, about=case.id)


def _hand_to_pressed(asked: Asked, case: sa.Row[Any], pressed: Pressed) -> Said:
    if not pressed.choice:
        return _who(asked, case, "")
    chosen = next((row.name for row in _receivers(asked, case) if name_code(row.name) == pressed.choice), None)
    if chosen is None:
        return Said(text=asked.say("old_button"))
    return give(asked, case.key, chosen, number=pressed.number)


def _not_mine_pressed(asked: Asked, case: sa.Row[Any], choice: str) -> Said:
    if choice and choice not in REASONS:
        return Said(text=asked.say("old_button"))
    return not_mine(asked, case.key, asked.say(f"reason_{choice}") if choice else "")


def _why_so(asked: Asked, case: sa.Row[Any], choice: str) -> Said:
    if choice not in list(Upheld):
        return Said(text=asked.say("old_button"))
    extra = {"asks": WHY_RESOLVED, "upheld": choice}
    return Said(
        text=f"{case.key}: {asked.say(f'upheld_{choice}')}\n{asked.say('say_outcome')}", about=case.id, extra=extra
    )


def _why(asked: Asked, case: sa.Row[Any]) -> Said:
    if case.owner != asked.agent.name:
        raise Refused("not_owner", key=case.key, owner=case.owner, agent=asked.agent.name)
    return Said(
        text=asked.say("why_not_mine", key=case.key),
        buttons=reason_board(asked.language, case.key, case.assignment_number),
        about=case.id,
        extra={"asks": WHY_NOT_MINE},
    )


def _who(asked: Asked, case: sa.Row[Any], name: str) -> Said:
    people = _receivers(asked, case)[:MOST_PEOPLE]
    buttons: list[Button] = [
        (
            asked.called(row.name) if row.on_duty else f"{asked.called(row.name)} 💤",
            case_data(HAND_OVER, case.key, case.assignment_number, name_code(row.name)),
        )
        for row in people
    ]
    board = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
    if not board:
        return Said(text=asked.say("hand_to_nobody"), about=case.id)
    said = asked.say("who_is", name=name[:40], key=case.key) if name else asked.say("hand_to", key=case.key)
    return Said(text=said, buttons=board, about=case.id)


def _receivers(asked: Asked, case: sa.Row[Any]) -> Sequence[sa.Row[Any]]:
    """Who else could have it: those on duty first, of them the team's, then by name."""
    team = sa.select(team_members.c.agent).where(team_members.c.team == case.team)
    in_team = agents.c.name.in_(team)
    query = sa.select(agents.c.name, agents.c.on_duty, in_team.label("in_team")).where(agents.c.enabled)
    today, people = asked.house.today(asked.now), asked.house.config.agents
    able = {name for name, one in people.items() if one.role is not Role.AUDITOR and one.is_here(today)}
    rows = [row for row in asked.connection.execute(query) if row.name in able and row.name != case.owner]
    return sorted(rows, key=lambda row: (not row.on_duty, not row.in_team, asked.called(row.name).lower()))


def _case(asked: Asked, key: str) -> sa.Row[Any] | Said:
    try:
        with asked.acting() as move:
            return find_case(move, key)
    except Refused as refused:
        return refusal(asked, key, refused)


def _holder(asked: Asked, code: str, case: sa.Row[Any]) -> dict[str, str]:
    return {"agent": asked.called(case.owner)} if code == "declined" else {}


def _button(asked: Asked, what: str, case: sa.Row[Any]) -> Button:
    return asked.say(f"button_{what}"), case_data(what, case.key, case.assignment_number)


def _once(asked: Asked) -> str:
    return f"telegram:{asked.inbox_id}"
