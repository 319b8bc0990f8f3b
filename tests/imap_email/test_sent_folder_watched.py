"""Answers from an ordinary mail client: what it files in Sent on a real server counts, and nothing else there does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.imap_email.compose import compose
from connectors.letters import outgoing
from router.moves.base import begin, find_case
from router.moves.reply import Answer, write_reply
from tests.imap_email.shared_mailbox import LUCIA, OURS, SharedMailbox, letter
from tests.servers.dovecot import Dovecot
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.tables import checkpoints, conversations, messages, outbox
from ventanilla.words import InboxState, Side

ASKED = "<pregunta@clientes.example>"
ANSWER = letter("Ana <soporte@example.com>", LUCIA, message_id="<a@example.com>", text="Mañana.", answers=ASKED)
NO_SENT = "namespace inbox {\n  mailbox Sent {\n    auto = no\n  }\n}"
ENVIADOS = NO_SENT[:-1] + "  mailbox Enviados {\n    auto = subscribe\n    special_use = \\Sent\n  }\n}"

Shared = Callable[..., SharedMailbox]


@pytest.fixture
def shared(sqlite_store: Store, tmp_path: Path) -> Iterator[Shared]:
    """Makes the mailbox on a server of the test's choice."""
    made: list[SharedMailbox] = []

    def make(server: Dovecot, **options: str) -> SharedMailbox:
        made.append(SharedMailbox(server, sqlite_store, tmp_path, **options))
        return made[-1]

    yield make
    for box in made:
        box.close()


def test_what_a_mail_client_files_is_matched_credited_and_ends_the_turn(dovecot: Dovecot, shared: Shared) -> None:
    box = shared(dovecot)
    asked = box.asks()
    written = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    box.house.later(seconds=2)
    answer = letter("Ana <soporte@example.com>", LUCIA, message_id="<a@e.c>", text="Mañana.", answers=ASKED, at=written)
    box.file(answer, when=written)

    assert box.look() == [InboxState.ROUTED]

    case, message = box.case(), box.house.rows(messages)[-1]
    assert (asked.state, case.state, case.waiting_since) == ("open", "waiting_customer", None)
    assert case.first_response_at == written
    assert (message.agent, message.side, message.replied_at, message.reply_text) == (
        "ana",
        "mailbox",
        written,
        "Mañana.",
    )


def sent_by_us(box: SharedMailbox) -> tuple[int, bytes]:
    """An answer through the service that is on its way; its outbox row's id and the very bytes that go out."""
    case = box.case()
    with box.house.store.write() as connection:
        move = begin(connection, box.house.router.house, case.owner, Side.COMMAND, now=box.house.now)
        written = write_reply(move, find_case(move, case.key), Answer(text="Lo miro ahora."))
        move.journal.flush(connection)
    row = next(row for row in box.house.rows(outbox) if row.id == written.outbox_id)
    return written.outbox_id, compose(outgoing(row), address="soporte@example.com", now=box.house.now)


def test_our_own_copy_in_sent_is_not_counted(dovecot: Dovecot, shared: Shared) -> None:
    box = shared(dovecot)
    box.asks()
    _, raw = sent_by_us(box)
    box.file(raw)

    assert box.look() == [InboxState.DUPLICATE]

    assert len(box.house.rows(messages)) == 2
    assert box.case().waiting_since is not None


def test_a_message_id_that_the_provider_rewrote_is_learnt(dovecot: Dovecot, shared: Shared) -> None:
    box = shared(dovecot)
    box.asks()
    row_id, raw = sent_by_us(box)
    old = raw.partition(b"\r\n")[0]
    box.file(raw.replace(old, b"Message-ID: <AM0.1@eurprd.prod.outlook.example>", 1))
    assert box.look() == [InboxState.DUPLICATE]

    back = letter(LUCIA, OURS, message_id="<2@c.e>", text="Gracias", answers="<AM0.1@eurprd.prod.outlook.example>")
    dovecot.deliver("soporte", back)

    assert box.look() == [InboxState.ROUTED]
    assert len(box.house.rows(conversations)) == 1
    ids = {row.id: row.external_id for row in box.house.rows(outbox)}
    assert ids[row_id] == "<AM0.1@eurprd.prod.outlook.example>"


def test_what_was_sent_before_is_neither_counted_nor_imported(dovecot: Dovecot, shared: Shared) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    for number in range(3):
        dovecot.append("soporte", ANSWER.replace(b"<a@", b"<%d@" % number), "Sent", when=long_ago)
    box = shared(dovecot)

    assert box.look() == []
    assert box.states() == []


def test_a_renumbered_folder_brings_nothing_again(dovecot: Dovecot, shared: Shared) -> None:
    dovecot.append("soporte", ANSWER.replace(b"<a@", b"<old@"), "Sent", when=datetime.now(UTC) - timedelta(days=30))
    box = shared(dovecot)
    box.asks()
    box.file(ANSWER)
    assert box.look() == [InboxState.ROUTED]
    first = box.case().first_response_at

    box.sent.close()
    dovecot.change_uidvalidity("soporte", 4711, "Sent")

    assert box.look() in ([], [InboxState.DUPLICATE])
    assert box.case().first_response_at == first
    assert len(box.house.rows(messages)) == 2


def test_a_folder_in_spanish_is_found_by_its_mark(shared: Shared) -> None:
    with Dovecot(sent_use="", extra=ENVIADOS).user("soporte") as server:
        box = shared(server)
        box.asks()
        box.file(ANSWER, "Enviados")

        assert box.look() == [InboxState.ROUTED]
        assert box.case().waiting_since is None
        names = [row.source for row in box.house.rows(checkpoints)]
        box.close()
    assert sum(name.endswith("/(sent)") for name in names) == 1


def test_without_such_a_folder_the_rest_goes_on_and_one_made_later_is_found(shared: Shared) -> None:
    with Dovecot(sent_use="", extra=NO_SENT).user("soporte") as server:
        box = shared(server)
        box.asks()
        with server.client("soporte") as client:
            client.create_folder("Sent")
        box.file(ANSWER)

        assert box.look() == [InboxState.ROUTED]
        box.close()


def test_a_named_folder_that_is_not_there_is_told_with_those_there_are(dovecot: Dovecot, shared: Shared) -> None:
    box = shared(dovecot, sent_folder="Enviados")

    with pytest.raises(Temporary, match='no folder "Enviados"') as told:
        box.pull(box.sent)

    assert '"Sent"' in told.value.cure


def test_an_answer_that_is_seen_before_its_question_counts_when_that_comes(dovecot: Dovecot, shared: Shared) -> None:
    box = shared(dovecot)
    dovecot.deliver("soporte", letter(LUCIA, OURS, message_id=ASKED, text="¿Cuándo?"))
    box.file(ANSWER)
    (answer,) = box.pull(box.sent)
    box.sweep(minutes=1)
    assert box.states() == ["screened"]

    assert box.look() == [InboxState.ROUTED]
    assert box.sweep(seconds=5) == [InboxState.ROUTED]

    assert (answer, box.case().waiting_since) == (1, None)
