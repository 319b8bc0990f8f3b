"""Where keys stand: the scanner finds every key that tomllib finds, on the line that names it."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from typing import Any

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from config.lines import Path, key_lines, line_of

KEYS = st.text(string.ascii_letters + "-_ .\"'ñ\n#=[]{}", min_size=1, max_size=6)
TEXTS = st.text(string.ascii_letters + " \"'\\#=[]{},\nñ\t", max_size=12)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.dates()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every key and list item of a table."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        yield (*path, key)
        yield from paths(inner, (*path, key))


@given(DOCUMENTS)
def test_every_key_that_tomllib_finds_has_a_line(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    lines = key_lines(text)
    assert set(paths(tomllib.loads(text))) == set(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


HANDWRITTEN = '''\
# a comment with [brackets] and "quotes"
title = "a # is no comment" # but this = is

[channels.soporte] # header
imap = { host = "h", password = { file = "x" } }
folders = [
    "INBOX", # first
    'Spam',

    "Otros]",
]
notes = """
[not.a.header]
key = 1
"""
a.b.c = 1

[[rules]]
when = { subject = "}" }
[rules.then]
team = "x"

[[rules]]
"odd key" = 5
"2026-12-24" = []
'''

EXPECTED = {
    ("title",): 2,
    ("channels",): 4,
    ("channels", "soporte"): 4,
    ("channels", "soporte", "imap", "password", "file"): 5,
    ("channels", "soporte", "folders"): 6,
    ("channels", "soporte", "folders", 0): 7,
    ("channels", "soporte", "folders", 2): 10,
    ("channels", "soporte", "notes"): 12,
    ("channels", "soporte", "a", "b", "c"): 16,
    ("rules",): 18,
    ("rules", 0): 18,
    ("rules", 0, "when", "subject"): 19,
    ("rules", 0, "then"): 20,
    ("rules", 0, "then", "team"): 21,
    ("rules", 1): 23,
    ("rules", 1, "odd key"): 24,
    ("rules", 1, "2026-12-24"): 25,
}


def test_lines_of_a_file_written_by_hand() -> None:
    tomllib.loads(HANDWRITTEN)
    lines = key_lines(HANDWRITTEN)
    assert {path: lines.get(path) for path in EXPECTED} == EXPECTED
    assert ("not",) not in lines


def test_a_key_that_is_not_there_has_the_line_of_the_table_around_it() -> None:
    lines = key_lines(HANDWRITTEN)
    assert line_of(lines, ("channels", "soporte", "team")) == 4
    assert line_of(lines, ("channels", "soporte", "imap", "port")) == 5
    assert line_of(lines, ("nothing", "here")) is None
