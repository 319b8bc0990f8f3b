"""What people wrote is found by its words, the same way on both engines, and what is gone is found no more."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.store.rows import NOW, add_case, add_house, add_inbox, add_message
from ventanilla.store.engine import Store
from ventanilla.store.search import Words, around, found_messages, found_notes, words_of
from ventanilla.store.tables import messages, notes

TEXTS = {
    1: ("¿Cuándo llega mi pedido?", "Hola, compré una lámpara de MESA el lunes y aún no ha llegado."),
    2: ("Factura 2026/118", "Necesito la factura de la lámpara. Mi correo es lucia.ejemplo@clientes.example"),
    3: ("Re: garantía", "El taladro (modelo X-200) no enciende; lo compré en mayo. Über naïve façade."),
}


@pytest.fixture
def written(store: Store) -> Store:
    with store.write() as connection:
        add_house(connection)
        for number, (subject, text) in TEXTS.items():
            add_case(connection, number, "ana")
            add_inbox(connection, number, state="routed", routed_at=NOW)
            add_message(connection, number, inbox_id=number, subject=subject, text=text)
        note = {"conversation_id": 2, "agent": "ana", "side": "desk", "text": "Llamé al almacén", "created_at": NOW}
        connection.execute(sa.insert(notes).values(note))
    return store


def found(store: Store, typed: str) -> list[int]:
    with store.read() as connection:
        rows = found_messages(connection, words_of(typed), [], before=None, most=50)
    return [row.conversation_id for row in rows]


@pytest.mark.parametrize(
    ("typed", "cases"),
    [
        ("lampara", [2, 1]),
        ("LÁMPARA mesa", [1]),
        ("lamp", [2, 1]),
        ("ampara", []),
        ('"lampara de mesa"', [1]),
        ('"mesa de lampara"', []),
        ('"lampara de me"', [1]),
        ("118", [2]),
        ("2026/118", [2]),
        ("lucia.ejemplo@clientes.example", [2]),
        ("clientes", [2]),
        ("x-200", [3]),
        ("uber facade", [3]),
        ("garantía taladro", [3]),
        ("factura taladro", []),
        ("tala*dro' OR \"1", []),
        ("AND", []),
        ("compr", [3, 1]),
    ],
)
def test_words_are_found_by_how_they_begin_whatever_their_accents(written: Store, typed: str, cases: list[int]) -> None:
    assert found(written, typed) == cases


@pytest.mark.parametrize(
    "typed", ["'", '"', "((", "a:b", "NEAR(", "*", "\\", "' | 'x", "!!", "-lampara", "col:mesa", "<->", "\0mesa"]
)
def test_no_sign_breaks_the_question(written: Store, typed: str) -> None:
    words = words_of(typed)

    if words:
        found(written, typed)


def test_what_was_changed_or_taken_away_is_found_no_more(written: Store) -> None:
    with written.write() as connection:
        connection.execute(sa.update(messages).where(messages.c.conversation_id == 1).values(text="", subject="otro"))
        connection.execute(sa.delete(notes))

    assert found(written, "mesa") == []
    assert found(written, "otro") == [1]
    with written.read() as connection:
        assert found_notes(connection, words_of("almacen"), [], most=5) == []


def test_notes_are_found_apart(written: Store) -> None:
    with written.read() as connection:
        (note,) = found_notes(connection, words_of("almacén"), [], most=5)

    assert (note.conversation_id, note.text) == (2, "Llamé al almacén")


def test_a_text_of_a_million_words_is_taken_and_its_beginning_found(written: Store) -> None:
    with written.write() as connection:
        add_inbox(connection, 9, state="routed", routed_at=NOW)
        add_message(connection, 3, inbox_id=9, text="principio " + " ".join(f"palabra{n}" for n in range(300_000)))

    assert found(written, "principio") == [3]
    assert found(written, "palabra299999") == []


def test_no_more_words_are_looked_for_than_make_sense() -> None:
    assert len(words_of("una " * 1000).all) == 1
    assert sum(len(group) for group in words_of(" ".join(f"w{n}" for n in range(100))).groups) == 12
    assert not words_of(" ¿? ")


def test_a_find_is_shown_with_what_stands_around_it() -> None:
    text = "x " * 300 + "Compré una LÁMPARA de mesa " + "y " * 300

    parts = around(text, Words((("lampara",),)), length=60)

    assert ("LÁMPARA", True) in parts
    assert sum(len(part) for part, _ in parts) < 70
    assert around("nada", Words((("lampara",),))) == [("nada", False)]


def test_of_a_mail_without_end_no_more_is_read_than_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def note(word: str) -> str:
        read.append(word)
        return word.lower()

    monkeypatch.setattr("ventanilla.store.search.plain", note)

    parts = around("Llegó el pedido. " + "Gracias por el pedido. " * 10_000, Words((("pedido",),)))

    assert ("pedido", True) in parts
    assert len(read) < 100


def test_postgresql_is_given_no_order_that_it_could_walk_by_its_key(written: Store) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(written.engine, "before_cursor_execute", note)
    with written.read() as connection:
        found_messages(connection, Words((("nadie",),)), [sa.true()], before=None, most=5)
    sa.event.remove(written.engine, "before_cursor_execute", note)

    assert ("ORDER BY messages.id + 0 DESC" in asked[-1]) is not written.is_sqlite
