"""A file that somebody made up as an export is told of in words, and breaks nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ventanilla.errors import BadInput
from ventanilla.store.exporting.lines import check_lines

HEAD = b'{"type":"export","format":1,"made_at":"2026-11-01T00:00:00Z"}\n'
DEEP = b"[" * 100_000


def whole(*lines: bytes, counts: Any = None) -> bytes:
    before = b"".join(lines)
    end = {"type": "end", "lines": len(lines), "counts": counts, "sha256": hashlib.sha256(before).hexdigest()}
    return before + json.dumps(end).encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        DEEP + b"\n",
        b'{"type":"export","format":1}\n',
        b'{"type":"export","format":' + b"9" * 5000 + b"}\n",
        b"\xff\n[1]\n",
    ],
    ids=["nested without end", "of no moment", "of a format of many digits", "no text"],
)
def test_a_first_line_that_is_none_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jsonl").write_bytes(whole(content))

    with pytest.raises(BadInput, match="is no export of Ventanilla"):
        check_lines(tmp_path / "x.jsonl")


def test_a_last_line_that_is_none_of_ours_is_told(tmp_path: Path) -> None:
    for last in (DEEP + b"\n", b"[1]\n", b"7\n"):
        (tmp_path / "x.jsonl").write_bytes(HEAD + last)
        assert "it is cut" in str(check_lines(tmp_path / "x.jsonl").problem)


@pytest.mark.parametrize("counts", [None, 7, [1], {"case": "x"}, {"case": {}}])
def test_counts_that_are_no_numbers_are_left_out(tmp_path: Path, counts: Any) -> None:
    (tmp_path / "x.jsonl").write_bytes(whole(HEAD, counts=counts))

    found = check_lines(tmp_path / "x.jsonl")

    assert (found.problem, dict(found.counts)) == (None, {})
