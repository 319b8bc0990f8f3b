"""What nobody foresaw is told in few lines: no row of the store, no customer's word, and by an exit code of its own."""

from __future__ import annotations

import sys

import pytest
import sqlalchemy as sa

from cli import main
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox


def test_a_statement_that_fails_does_not_show_what_it_was_to_write(store: Store) -> None:
    """Whoever prints or mails a trace would hand out customers' words."""
    row = {"channel": "berenjenaazul"}
    with store.read() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
        connection.execute(sa.insert(inbox), [row])

    assert "hide_parameters" in str(caught.value)
    assert "berenjenaazul" not in str(caught.value).partition("DETAIL")[0]


def test_a_crash_is_told_by_its_first_line_and_its_places(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(arguments: object) -> int:
        raise ValueError("first line\nDETAIL: Eva wrote berenjenaazul")

    monkeypatch.setattr(main, "main", broken)
    monkeypatch.setattr(sys, "argv", ["ventanilla", "init"])
    monkeypatch.setattr(main, "_leave_no_core", lambda: None)
    with pytest.raises(SystemExit) as ended:
        main.run()

    said = capsys.readouterr().err
    assert ended.value.code == main.BROKEN
    assert "please report it" in said
    assert "ValueError: first line" in said
    assert " broken" in said, "where it happened"
    assert "berenjenaazul" not in said
