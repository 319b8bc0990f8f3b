"""Which style a customer's mail may bring: colours, type and spacing, and nothing that places, covers, loads or runs. Pure."""

from __future__ import annotations

import re

MOST = 2_000
"""Characters of one `style` that are read."""
_MOST_NUMBER = 2_000
_SIDES = ("top", "right", "bottom", "left")
_HARMLESS = frozenset(
    (
        *("color", "background", "background-color", "font", "font-family", "font-size", "font-style", "font-weight"),
        *("font-variant", "line-height", "letter-spacing", "text-align", "text-decoration", "text-indent"),
        *("text-transform", "vertical-align", "white-space", "word-break", "overflow-wrap", "direction"),
        *("width", "max-width", "min-width", "height", "max-height", "min-height", "display", "float", "clear"),
        *("list-style", "list-style-type", "table-layout", "caption-side", "empty-cells", "visibility"),
        *("margin", "padding", "border", "border-collapse", "border-spacing", "border-radius"),
        *("border-color", "border-style", "border-width"),
        *(f"margin-{side}" for side in _SIDES),
        *(f"padding-{side}" for side in _SIDES),
        *(f"border-{side}" for side in _SIDES),
        *(f"border-{side}-{what}" for side in _SIDES for what in ("color", "style", "width")),
    )
)
_COLOUR = r"(?:rgb|rgba|hsl|hsla)\([\d\s.,%/]{1,40}\)"
_VALUE = re.compile(rf"""(?:[\w\s.,%#'"+/-]|{_COLOUR}){{1,300}}""", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_NEGATIVE = re.compile(r"(?:^|[\s,])-[\d.]")
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)


def harmless_style(written: str) -> str | None:
    """The declarations of a `style` that only shape text and boxes; None where none is left.

    Backslashes, brackets other than a colour's, `url`, `expression`, `@`, comments and `!important` never come through; nor do
    negative or huge lengths.
    """
    kept = (_declaration(piece) for piece in written[:MOST].split(";"))
    return "; ".join(piece for piece in kept if piece) or None


def _declaration(piece: str) -> str:
    name, colon, value = piece.partition(":")
    name, value = name.strip().lower(), _IMPORTANT.sub("", value.strip()).strip()
    if not colon or name not in _HARMLESS or not _VALUE.fullmatch(value) or _NEGATIVE.search(value):
        return ""
    if any(float(number) > _MOST_NUMBER for number in _NUMBER.findall(value) if not _is_colour(value)):
        return ""
    return f"{name}: {value}"


def _is_colour(value: str) -> bool:
    return value.startswith("#")


def is_hidden(style: str) -> bool:
    """Whether what has this (already harmless) style is not to be seen."""
    return bool(re.search(r"display: none|visibility: hidden|(?:width|height): [01](?:px)?(?:;|$)", style))
