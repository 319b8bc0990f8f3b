"""A page of evidence as PDF: A4, our own letters, the case's key on every sheet, "3 / 12". Knows no case and no store."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from reports.evidence.characters import drawable, has_right_to_left, on_one_line, visible
from reports.evidence.page import Block, Facts, Heading, Line, Page, Table, Words
from reports.fonts import BOLD, REGULAR

_BODY, _HEAVY = "Ventanilla", "Ventanilla-Bold"
_INK, _QUIET, _LINE, _ACCENT, _PALE, _LOUD = "#1c1c1a", "#55554f", "#c9c9c2", "#1f4e5f", "#eef3f4", "#fdf3d7"
_LONGEST_TEXT = 60_000
"""Characters of one message that are printed; the rest is in the other files."""
_LONGEST_CELL, _MOST_LINES = 700, 16
_PIECE_LINES, _PIECE_CHARACTERS = 40, 4000
_PRINTING = threading.Lock()
"""reportlab keeps its fonts for the whole process: one print at a time."""


def pdf_of(page: Page, *, made_at: datetime) -> bytes:
    """The page as a PDF of `made_at`. The same page gives the same bytes with the same version of reportlab."""
    with _PRINTING:
        return _printed(page, made_at)


def _printed(page: Page, made_at: datetime) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    styles = _styles()
    file = io.BytesIO()
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=24 * mm,
        bottomMargin=20 * mm,
        title=_letters(page.title),
        author=_letters(page.house),
        subject=_letters(page.subtitle),
        creator="Ventanilla",
        lang=page.language,
        invariant=1,
        initialFontName=_BODY,
    )
    document.afterFlowable = lambda flowable: _bookmark(document, flowable)
    frame = Frame(document.leftMargin, document.bottomMargin, document.width, document.height, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    flowables = [*_front(page, styles), *_body(page, styles, document.width)]
    document.build(flowables, canvasmaker=lambda *given, **named: _canvas(page, made_at, *given, **named))
    return file.getvalue()


@cache
def _fonts() -> frozenset[int]:
    """Our letters, known to reportlab; returns which characters they can draw. Those beyond U+FFFF reportlab draws, but writes down
    such that no reader can copy them."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    regular = TTFont(_BODY, str(REGULAR))
    pdfmetrics.registerFont(regular)
    pdfmetrics.registerFont(TTFont(_HEAVY, str(BOLD)))
    pdfmetrics.registerFontFamily(_BODY, normal=_BODY, bold=_HEAVY, italic=_BODY, boldItalic=_HEAVY)
    drawn = set(regular.face.charToGlyph) & set(pdfmetrics.getFont(_HEAVY).face.charToGlyph)
    return frozenset(one for one in drawn if one <= 0xFFFF)


def _letters(text: str) -> str:
    """A text that can be drawn, on one line."""
    return drawable(on_one_line(text), lambda one: ord(one) in _fonts())


def _markup(text: str) -> str:
    """The same as a paragraph takes it: lines kept, and the spaces that lines begin with."""
    shown = escape(drawable(visible(text), lambda one: ord(one) in _fonts()))
    return "<br/>".join(_indented(line.replace("\t", "    ")) for line in shown.split("\n"))


def _indented(line: str) -> str:
    bare = line.lstrip(" ")
    return "\u00a0" * min(len(line) - len(bare), 40) + bare


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    _fonts()
    plain = ParagraphStyle("plain", fontName=_BODY, fontSize=8.5, leading=12, textColor=HexColor(_INK), spaceAfter=4)

    def style(name: str, **changes: Any) -> Any:
        return ParagraphStyle(name, parent=plain, **changes)

    accent, quiet = HexColor(_ACCENT), HexColor(_QUIET)
    return {
        "plain": plain,
        "title": style("title", fontName=_HEAVY, fontSize=17, leading=22, spaceAfter=4),
        "under": style("under", textColor=quiet, spaceAfter=10),
        "h1": style("h1", fontName=_HEAVY, fontSize=12.5, leading=16, spaceBefore=16, textColor=accent, keepWithNext=1),
        "h2": style("h2", fontName=_HEAVY, fontSize=9.5, leading=13, spaceBefore=11, keepWithNext=1),
        "quiet": style("quiet", fontSize=7.5, leading=10.5, textColor=quiet),
        "remark": style("remark", fontSize=7.5, leading=10.5, textColor=quiet, keepWithNext=1),
        "strong": style(
            "strong",
            fontName=_HEAVY,
            backColor=HexColor(_PALE),
            borderPadding=(4, 6, 4, 6),
            leftIndent=6,
            rightIndent=6,
            spaceBefore=8,
            spaceAfter=10,
        ),
        "words": style("words", leftIndent=8, spaceAfter=0, borderPadding=0),
        "cell": style("cell", fontSize=7, leading=9.5, spaceAfter=0),
        "heavy": style("heavy", fontName=_HEAVY, fontSize=7, leading=9.5, spaceAfter=0),
        "faint": style("faint", fontSize=7, leading=9.5, spaceAfter=0, textColor=quiet),
        "name": style("name", fontSize=8, leading=11, spaceAfter=0, textColor=quiet),
        "fact": style("fact", fontSize=8, leading=11, spaceAfter=0),
    }


def _front(page: Page, styles: dict[str, Any]) -> Iterator[Any]:
    from reportlab.platypus import Paragraph

    yield Paragraph(_markup(page.title), styles["title"])
    yield Paragraph(_markup(page.subtitle), styles["under"])


def _body(page: Page, styles: dict[str, Any], width: float) -> Iterator[Any]:
    before: Block | None = None
    for block in page.blocks:
        yield from _flowables(block, styles, width, after_heading=isinstance(before, Heading))
        before = block


def _flowables(block: Block, styles: dict[str, Any], width: float, *, after_heading: bool) -> Iterator[Any]:
    from reportlab.platypus import Paragraph, Spacer

    if isinstance(block, Heading):
        found = Paragraph(_markup(block.text), styles[f"h{block.level}"])
        found.ventanilla_outline = (block.level - 1, _letters(block.text), block.anchor)
        yield found
    elif isinstance(block, Line):
        quiet = "remark" if after_heading else "quiet"
        yield Paragraph(_markup(block.text), styles[quiet if block.quiet else "strong" if block.strong else "plain"])
    elif isinstance(block, Words):
        yield Spacer(1, 3)
        yield from (Paragraph(_markup(piece), styles["words"]) for piece in _pieces(block))
        if block.turned and has_right_to_left(block.text):
            yield Paragraph(_markup(block.turned), styles["quiet"])
        yield Spacer(1, 6)
    elif isinstance(block, Facts):
        rows = [
            [Paragraph(_cell(name), styles["name"]), Paragraph(_cell(what), styles["fact"])]
            for name, what in block.rows
        ]
        if rows:
            yield _grid(rows, [width * 0.26, width * 0.74], titles=0, shades=[])
            yield Spacer(1, 4)
    elif block.rows:
        yield _table(block, styles, width)
        yield Spacer(1, 6)


def _pieces(words: Words) -> Iterator[str]:
    """A text in parts that are quickly set, each of some whole lines; a line of any length is cut where it must be."""
    text = words.text
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}\n\n{words.cut}"
    piece: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        for part in _parts(line):
            piece.append(part)
            if len(piece) >= _PIECE_LINES or sum(map(len, piece)) >= _PIECE_CHARACTERS:
                yield "\n".join(piece)
                piece = []
    if piece:
        yield "\n".join(piece)


def _parts(line: str) -> Iterator[str]:
    """A line in parts of bounded length, cut between words where there are any."""
    while len(line) > _PIECE_CHARACTERS:
        cut = line.rfind(" ", _PIECE_CHARACTERS // 2, _PIECE_CHARACTERS)
        yield line[: cut if cut > 0 else _PIECE_CHARACTERS]
        line = line[cut + 1 if cut > 0 else _PIECE_CHARACTERS :]
    yield line


def _cell(text: str) -> str:
    """A text as a table's cell takes it: no cell may be higher than a sheet."""
    drawn = drawable(visible(text[:_LONGEST_TEXT]), lambda one: ord(one) in _fonts())
    short = "\n".join(drawn[:_LONGEST_CELL].split("\n")[:_MOST_LINES])
    return _markup(short if len(short) == len(drawn) else f"{short} […]")


def _table(table: Table, styles: dict[str, Any], width: float) -> Any:
    from reportlab.platypus import Paragraph

    def row(number: int) -> list[Any]:
        style = styles["faint" if number in table.faint else "cell"]
        return [Paragraph(_cell(cell), style) for cell in table.rows[number]]

    share = sum(table.widths)
    rows = [[Paragraph(_cell(title), styles["heavy"]) for title in table.titles], *map(row, range(len(table.rows)))]
    shades = [(number + 1, _LOUD) for number in sorted(table.loud)]
    shades += [(number + 1, "#f7f7f4") for number in sorted(table.faint - table.loud)]
    return _grid(rows, [width * each / share for each in table.widths], titles=1, shades=shades)


def _grid(rows: list[list[Any]], widths: list[float], *, titles: int, shades: list[tuple[int, str]]) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import LongTable, TableStyle

    looks: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3 if titles else 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3 if titles else 8),
        ("TOPPADDING", (0, 0), (-1, -1), 2 if titles else 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5 if titles else 1),
    ]
    if titles:
        looks += [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(_LINE)),
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(_PALE)),
            ("LINEBELOW", (0, 0), (-1, 0), 1, HexColor(_ACCENT)),
        ]
    looks += [("BACKGROUND", (0, number), (-1, number), HexColor(colour)) for number, colour in shades]
    return LongTable(rows, colWidths=widths, repeatRows=titles, hAlign="LEFT", style=TableStyle(looks))


def _bookmark(document: Any, flowable: Any) -> None:
    found = getattr(flowable, "ventanilla_outline", None)
    if found is None:
        return
    level, text, _ = found
    place = f"part{document.seq.nextf('part')}"
    document.canv.bookmarkPage(place)
    document.canv.addOutlineEntry(text, place, level=level, closed=level > 0)


def _canvas(page: Page, made_at: datetime, *given: Any, **named: Any) -> Any:
    """A canvas that writes each sheet's head and foot once it knows how many sheets there are."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
        def __init__(self, *more: Any, **still_more: Any) -> None:
            super().__init__(*more, **still_more)
            self._sheets: list[dict[str, Any]] = []
            _date(self, made_at)

        def showPage(self) -> None:  # noqa: N802  reportlab's name
            self._sheets.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, sheet in enumerate(self._sheets, start=1):
                self.__dict__.update(sheet)
                self._head_and_foot(number, len(self._sheets))
                super().showPage()
            super().save()

        def _head_and_foot(self, number: int, count: int) -> None:
            width, height = self._pagesize
            self.setFont(_BODY, 7)
            self.setFillColor(HexColor(_QUIET))
            self.setStrokeColor(HexColor(_LINE))
            self.drawString(18 * mm, height - 14 * mm, _letters(page.house)[:80])
            self.drawRightString(width - 18 * mm, height - 14 * mm, page.key)
            self.line(18 * mm, height - 16 * mm, width - 18 * mm, height - 16 * mm)
            self.drawString(18 * mm, 11 * mm, _letters(page.sheet)[:120])
            self.drawRightString(width - 18 * mm, 11 * mm, f"{number} / {count}")

    return Numbered(*given, **named)


def _date(canvas: Any, made_at: datetime) -> None:
    """The document's own date instead of reportlab's: that of the machine, or of the year 2000."""
    stamp, at = canvas._doc._timeStamp, made_at.astimezone(UTC)
    stamp.t, stamp.lt, stamp.YMDhms = at.timestamp(), at.timetuple(), tuple(at.timetuple())[:6]
    stamp.dhh, stamp.dmm, stamp.tzname = 0, 0, "UTC"
