"""`reply` and `undo`: answering a customer, and taking an answer back while that can be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import MOST, Context, context
from cli.moves.running import As, Key, Text, move, text_given

if TYPE_CHECKING:
    from datetime import date

    from router.moves.reply import Written
    from ventanilla.channel import Attachment

DELAY = "delay"
TO_SAY = ("needs_information", DELAY)
_Once = Annotated[
    str | None,
    typer.Option("--idempotency-key", help="Repeated with the same key, nothing is sent twice.", metavar="K"),
]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(reply)
    app.command("needs-information")(needs_information)
    app.command()(undo)


def reply(
    key: Key,
    agent: As,
    text: Text = None,
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", help="A file that goes along.", metavar="FILE")
    ] = None,
    cc: Annotated[list[str] | None, typer.Option("--cc", help="Somebody else who gets it (e-mail).")] = None,
    saying: Annotated[
        str | None,
        typer.Option("--saying", help="Say it in the words kept for `needs_information` or `delay`.", metavar="NAME"),
    ] = None,
    resolve: Annotated[bool, typer.Option("--resolve", help="Resolve the case once it has gone out.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Though somebody else has answered, or is about to.")
    ] = False,
    idempotency_key: _Once = None,
) -> int:
    """Answer the customer of a case, on their channel. It can be taken back for as long as `staff.undo_send` says.

    Example: ventanilla reply K7M-Q2X-VTR --as ana --text "It left today."
    """
    from router.moves.base import find_case
    from router.moves.reply import RESOLVE, Answer, write_reply

    run = context()
    said = text or "" if attach or saying == DELAY else text_given(text, wanted="the answer")
    answer = Answer(
        text=_worded(run, key, saying, said) if saying else said,
        files=kept(run, attach or []),
        cc=tuple(cc or ()),
        then=RESOLVE if resolve else "",
        idempotency_key=idempotency_key,
    )
    with move(run, agent) as made:
        written = write_reply(made, find_case(made, key), answer, anyway=anyway)
    return tell_written(run, written)


def needs_information(key: Key, agent: As, text: Text = None, idempotency_key: _Once = None) -> int:
    """Ask the customer for what is missing. Where the law gives them time for it, they are told until when, and its term runs anew
    once they have sent it.

    Example: ventanilla needs-information K7M-Q2X-VTR --as ana --text "Which invoice do you mean?"
    """
    from router.moves.needs_information import needs_information as ask

    run = context()
    said = text_given(text, wanted="the question")
    with move(run, agent) as made:
        asked = ask(made, key, said, idempotency_key=idempotency_key)
    return tell_written(run, asked.written, last_day=asked.last_day)


def undo(
    number: Annotated[
        int, typer.Argument(help="The answer's number, as `reply` and `outbox` show it.", max=MOST, metavar="ID")
    ],
    agent: As,
) -> int:
    """Take an answer back before it goes out.

    Example: ventanilla undo 31 --as ana
    """
    from router.moves.reply import withdraw_reply

    run = context()
    with move(run, agent) as made:
        message = withdraw_reply(made, number)
        text = message.text
    if run.as_json:
        run.print_json({"outbox_id": number, "withdrawn": True, "text": text})
        return 0
    from cli.printing import say

    say(f"taken back: nobody gets answer {number}. It said:\n\n{text}")
    return 0


def _worded(run: Context, key: str, saying: str, text: str) -> str:
    """The answer in the house's own words for such an occasion, in the case's language."""
    from router.automatic.sayings import say_to_customer
    from router.moves.marked import is_note
    from ventanilla.errors import BadInput
    from ventanilla.keys import read_key
    from ventanilla.store.conversations import case_by_key

    if is_note(text):
        raise BadInput("a text that begins with // is a note: ventanilla note KEY")
    if saying not in TO_SAY:
        raise BadInput(f"--saying: expected {' or '.join(TO_SAY)}, got {saying!r}")
    with run.store.read() as connection:
        case = case_by_key(connection, read_key(key) or key)
    if case is None:
        return text
    return say_to_customer(run.house(), case, saying, now=run.now(), in_chat=case.conversational, text=text)[1]


def kept(run: Context, paths: list[Path]) -> list[tuple[Attachment, str]]:
    """The files, kept under their hashes. Raises BadInput for one that cannot be read."""
    import mimetypes

    from ventanilla.channel import Attachment
    from ventanilla.errors import BadInput
    from ventanilla.store.blobs import put_blob

    kept = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadInput(f"--attach: {path}: {error.strerror}") from error
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kept.append(
            (Attachment(filename=path.name, content_type=kind, content=content), put_blob(run.store.blobs, content))
        )
    return kept


def tell_written(run: Context, written: Written, *, last_day: date | None = None) -> int:
    """Print when an answer goes out, or why it does not; and until which day its customer may complete what is missing."""
    if run.as_json:
        from router.moves.documents import written_document

        run.print_json(written_document(written) | ({"complete_by": last_day.isoformat()} if last_day else {}))
        return 0
    from cli.cases import times_of
    from cli.printing import say
    from router.replies.cost_words import cost_in_words

    times = times_of(run)
    if written.repeated:
        say(f"this answer was given before under the same key: number {written.outbox_id}")
    elif written.held:
        say(f"{written.key}: answer {written.outbox_id} is kept back: {written.held}")
    else:
        say(f"{written.key}: answer {written.outbox_id} goes out at {times.exactly(written.goes_out_at)}")
        say(f"to take it back before that: ventanilla undo {written.outbox_id} --as NAME")
    if last_day is not None:
        say(f"its customer has until {last_day.isoformat()} to complete it; the law's term runs from then")
    if cost := cost_in_words("en", written.sms):
        say(cost)
    return 0
