"""What a page of evidence is made of, whatever form it takes: headings, facts, tables, words as written. Knows no case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Level 1 is a section, 2 a part of one. `anchor` names it within its page."""

    text: str
    level: int = 1
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence or two of ours. `quiet`: a remark, smaller; `strong`: what a reader must not miss."""

    text: str
    quiet: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names and what they are, a line each."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under titles. `widths` are shares of the page. `loud` and `faint` are numbers of rows that stand out or stand back."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    loud: frozenset[int] = frozenset()
    faint: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text exactly as somebody wrote it, of whatever length. `cut` is what a form with no room for all of it says in place of the
    rest, `turned` what one says that cannot set what is written from right to left."""

    text: str
    cut: str = ""
    turned: str = ""


Block = Heading | Line | Facts | Table | Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole page in one language. `key` stands on every sheet of it; `house` is whose record it is."""

    language: str
    title: str
    subtitle: str
    key: str
    house: str
    sheet: str
    blocks: Sequence[Block]
