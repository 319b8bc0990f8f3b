"""What the stream of a case says of a receipt that nobody got: in the reader's words, and as the log has it where it is rare."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import router.automatic.acknowledgements as source
from desk.pages.case.lines import WITHHELD, Line, Teller
from desk.words import say
from ventanilla.words import EventKind

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def told(reason: str, language: str) -> Line:
    teller = Teller(
        say=lambda key, **values: say(language, key, **values), name=lambda who: who or "", language=language, keys={}
    )
    line = teller.line({"id": 1, "at": AT, "kind": EventKind.ACKNOWLEDGEMENT_WITHHELD, "data": {"reason": reason}})
    assert line is not None
    return line


@pytest.mark.parametrize("reason", WITHHELD)
def test_the_usual_reasons_are_those_that_the_log_has_and_are_told_in_the_readers_words(reason: str) -> None:
    assert f'"{reason}"' in Path(source.__file__).read_text(encoding="utf-8")
    for language in ("es", "en"):
        shown = told(reason, language).text
        assert reason not in shown
        assert "case.withheld" not in shown


def test_what_the_settings_ask_for_is_no_warning_and_a_rare_reason_stands_as_the_log_has_it() -> None:
    assert not told("acknowledge.calls is off: a call gets no text", "es").matters
    assert told("the customer is blocked", "es").text.endswith(": the customer is blocked")
    assert told("the customer is blocked", "es").matters
