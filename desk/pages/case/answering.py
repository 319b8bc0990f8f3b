"""Answering the customer from a case's page, taking an answer back, and what a text message will cost. Moves decide."""

from __future__ import annotations

import re
from dataclasses import replace

from babel.numbers import format_decimal
from starlette.responses import JSONResponse, Response

from desk.pages.case.drafts import Draft
from desk.pages.case.kept_files import LARGEST, Kept, kept_files, size_of
from desk.pages.case.opening import find_survivor
from desk.pages.case.view import refused_page
from desk.pages.case.way import way_of
from desk.pages.page import NotFound, Visit
from desk.pages.rendering import size_in_words
from desk.pages.wrong import refusal_in_words
from router.moves.base import find_case
from router.moves.held import drop_held_answer, release_held_answer
from router.moves.refusals import Refused
from router.moves.reply import RESOLVE, Answer, Written, withdraw_reply, write_reply
from router.replies.by_phone import cost_of
from ventanilla.errors import BadInput
from ventanilla.store.saved_answers import note_used

KNOWS_BETTER = ("already_answered", "being_answered", "newer_message")
"""What may be sent all the same by somebody who has read what happened."""
_LONGEST = 100_000
_ADDRESS = re.compile(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:.]+(\.[^\s@<>()\",;:.]+)+")


def answer(visit: Visit) -> Response:
    """Write the answer. Refused, the page comes again with what happened and all that was written."""
    with visit.desk.store.read() as connection:
        key = find_survivor(visit, connection).key
    files, kept = kept_files(visit)
    draft = _draft(visit, kept)
    if (wrong := _wrong(visit, draft, size_of(files))) is not None:
        return refused_page(visit, draft, wrong, can_insist=False)
    wanted = Answer(
        text=draft.text,
        cc=_addresses(draft.cc),
        seen=draft.seen or None,
        files=files,
        then=RESOLVE if draft.resolve else "",
        idempotency_key=draft.once,
    )
    try:
        with visit.moving() as move:
            written = write_reply(move, find_case(move, key), wanted, anyway=bool(visit.given("anyway")))
            if draft.saved and not written.repeated:
                note_used(move.connection, draft.saved)
    except Refused as refused:
        insists = refused.code in KNOWS_BETTER
        if (
            refused.code == "key_used"
        ):  # another text went out under this mark: what is written now is an answer of its own
            draft = replace(draft, once=Draft().once)
        return refused_page(visit, draft, refusal_in_words(visit, refused), can_insist=insists)
    except BadInput as error:
        return refused_page(visit, draft, str(error), can_insist=False)
    return visit.go(f"/cases/{key}", told=_told(visit, written), said=draft.once, anchor=f"m-{written.message_id}")


def take_back(visit: Visit) -> Response:
    """Take an answer back; its text stands in the form again. Raises Refused when it has gone out."""
    key = _key(visit)
    with visit.moving() as move:
        number = _number(visit)
        message = withdraw_reply(move, number)
        mine = message.agent == visit.person.agent
    return visit.go(
        f"/cases/{key}", told=visit.say("case.told.taken_back"), again=number if mine else "", anchor="answer"
    )


def release(visit: Visit) -> Response:
    """Say of an answer that came by mail that it is theirs (`how` = "yes"), or that it is not. Raises Refused."""
    key = _key(visit)
    with visit.moving() as move:
        if visit.given("how") == "yes":
            release_held_answer(move, _number(visit), seen=visit.number("seen"))
            told = "case.told.released"
        else:
            drop_held_answer(move, _number(visit))
            told = "case.told.taken_back"
    return visit.go(f"/cases/{key}", told=visit.say(told))


def cost(visit: Visit) -> Response:
    """In how many parts a text message goes out that says what the form says."""
    with visit.desk.store.read() as connection:
        way = way_of(connection, visit.desk.house, find_survivor(visit, connection), now=visit.now)
    found = cost_of(visit.given("text")[:_LONGEST], way.account)
    said = visit.say("case.cost", n=found.count, alphabet=found.alphabet) if found.count else ""
    return JSONResponse({"parts": found.count, "alphabet": found.alphabet, "said": said})


def _draft(visit: Visit, kept: tuple[Kept, ...]) -> Draft:
    once = visit.given("once")
    made = Draft(
        text=visit.given("text").replace("\r\n", "\n"),
        cc=visit.given("cc"),
        resolve=bool(visit.given("resolve")),
        seen=visit.number("seen") or 0,
        saved=visit.number("saved_answer") or 0,
        kept=kept,
    )
    return replace(made, once=once[:64]) if once else made


def _wrong(visit: Visit, draft: Draft, size: int) -> str | None:
    """What is wrong with the form itself, in words."""
    if len(draft.text) > _LONGEST:
        return visit.say("case.wrong.long", most=format_decimal(_LONGEST, locale=visit.language))
    if size > LARGEST:
        return visit.say(
            "case.wrong.files", size=size_in_words(size, visit.language), most=size_in_words(LARGEST, visit.language)
        )
    odd = next((each for each in _addresses(draft.cc) if not _ADDRESS.fullmatch(each)), None)
    return None if odd is None else visit.say("case.wrong.cc", address=odd[:80])


def _addresses(typed: str) -> tuple[str, ...]:
    return tuple(each for each in re.split(r"[\s,;]+", typed) if each)


def _told(visit: Visit, written: Written) -> str:
    if written.repeated:
        return visit.say("case.told.repeated")
    if written.held:
        return visit.say("case.told.held")
    return visit.say("case.told.answered", n=int(visit.desk.config.staff.undo_send.total_seconds()))


def _key(visit: Visit) -> str:
    """The key of the case that the answer must belong to. Raises NotFound for an answer of another case."""
    from desk.pages.case.rows import progress_of
    from ventanilla.store.views.whole import family_of

    with visit.desk.store.read() as connection:
        row = find_survivor(visit, connection)
        numbers = {each.outbox_id for each in progress_of(connection, list(family_of(connection, row))).values()}
    if _number(visit) not in numbers:
        raise NotFound
    return str(row.key)


def _number(visit: Visit) -> int:
    typed = visit.place("number")
    if not typed.isdecimal() or len(typed) > 18:
        raise NotFound
    return int(typed)
