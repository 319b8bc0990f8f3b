"""A QR code on a terminal: half a line a module, black on white whatever the terminal's own colours."""

from __future__ import annotations

_BORDER = 2
_BLACK_ON_WHITE, _AS_BEFORE = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
_DARK = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_lines(text: str, *, colour: bool) -> list[str]:
    """The code, line by line. Without colour what is light is drawn, as on a dark terminal; phones read it either way."""
    import segno

    code = segno.make(text, error="l", boost_error=False, micro=False)
    rows = [[bool(module) for module in row] for row in code.matrix_iter(border=_BORDER)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    lines = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        pairs = zip(upper, lower, strict=True)
        if colour:
            lines.append(_BLACK_ON_WHITE + "".join(_DARK[pair] for pair in pairs) + _AS_BEFORE)
        else:
            lines.append("".join(_DARK[(not up, not down)] for up, down in pairs))
    return lines
