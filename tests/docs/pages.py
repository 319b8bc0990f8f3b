"""Reads the documentation as tests need it: sections with their tables, fenced blocks, links. Knows no setting and no command."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^(?P<marks>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=marks)\s*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: what stands behind its fence, and what is in it. `line` is where it begins."""

    page: Path
    line: int
    info: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it, up to the next heading of any depth. `named` is what it has in backticks."""

    title: str
    text: str

    @property
    def named(self) -> list[str]:
        return _CODE.findall(self.title)

    @property
    def rows(self) -> dict[str, str]:
        """The first cells of its tables (without backticks) and the second."""
        lines = (line.strip("|").split("|") for line in self.text.splitlines() if line.startswith("| `"))
        return {cells[0].strip(" `"): cells[1].strip() for cells in lines}


def pages() -> list[Path]:
    """README and its kin at the top, and everything under docs."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@cache
def text_of(page: Path) -> str:
    """A page's text."""
    return page.read_text(encoding="utf-8")


def blocks(*languages: str) -> list[Block]:
    """Every fenced block in one of these languages."""
    return [block for page in pages() for block in _blocks_of(page) if block.info[:1] and block.info[0] in languages]


@cache
def sections(page: Path) -> list[Section]:
    """The sections of a page, fenced blocks included in their text."""
    plain = prose(page)
    headings = list(_HEADING.finditer(plain))
    ends = [*(each.start() for each in headings[1:]), len(plain)]
    whole = text_of(page)
    return [Section(title=each[2], text=whole[each.end() : end]) for each, end in zip(headings, ends, strict=True)]


def links(page: Path) -> list[str]:
    """Where the page's links lead."""
    return _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """What `#…` may name in a page, made from its headings as GitHub makes it."""
    titles = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", each[2]).lower() for each in _HEADING.finditer(prose(page)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


@cache
def prose(page: Path) -> str:
    """The page with its fenced blocks blanked out, every place where it was."""
    return _FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text_of(page))


def _blocks_of(page: Path) -> list[Block]:
    text = text_of(page)
    return [
        Block(
            page=page,
            line=text.count("\n", 0, each.start()) + 1,
            info=tuple(each["info"].split()),
            text=each["body"],
        )
        for each in _FENCE.finditer(text)
    ]
