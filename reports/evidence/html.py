"""A page of evidence as one self-contained HTML file: no script, nothing fetched, every text of a stranger as mere text."""

from __future__ import annotations

from html import escape

from reports.evidence.characters import visible
from reports.evidence.page import Block, Facts, Heading, Line, Page, Table, Words

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f4f1; color: #1c1c1a;
  font: 16px/1.5 "DejaVu Sans", "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; background: #fff; min-height: 100vh; }
header { border-bottom: 3px solid #1f4e5f; margin-bottom: 1.5rem; padding-bottom: .75rem; }
header p { margin: 0; color: #55554f; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid #c9c9c2; color: #1f4e5f; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.quiet { color: #55554f; font-size: .875rem; }
.strong { font-weight: 600; border-left: 4px solid #1f4e5f; padding: .25rem .75rem; background: #eef3f4; }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { color: #55554f; }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
.wide { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #e2e2dc; white-space: pre-line; }
td { overflow-wrap: anywhere; min-width: 5rem; }
.short { white-space: nowrap; overflow-wrap: normal; }
th { background: #eef3f4; border-bottom: 2px solid #1f4e5f; }
tr.faint td { color: #6d6d66; background: #f7f7f4; }
tr.loud td { background: #fdf3d7; }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 1rem; padding: .75rem 1rem;
  background: #fafaf7; border-left: 4px solid #c9c9c2; }
@media (max-width: 40rem) { .c4 { min-width: 30rem; } .c5 { min-width: 48rem; } }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } body { font-size: 15px; } }
@media print { body { background: #fff; } main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; } tr { break-inside: avoid; } }
"""
_SHORT = 12
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_of(page: Page) -> bytes:
    """The page as UTF-8. The same page gives the same bytes."""
    head = (
        f'<!DOCTYPE html>\n<html lang="{escape(page.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(page.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{_text(page.title)}</h1><p>{_text(page.subtitle)}</p></header>\n"
    )
    body = "".join(_block(block) for block in page.blocks)
    return f"{head}{body}</main>\n</body>\n</html>\n".encode()


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        anchor = f' id="{escape(block.anchor)}"' if block.anchor else ""
        return f"<h{block.level + 1}{anchor}>{_text(block.text)}</h{block.level + 1}>\n"
    if isinstance(block, Line):
        kind = ' class="quiet"' if block.quiet else ' class="strong"' if block.strong else ""
        return f"<p{kind}>{_text(block.text)}</p>\n"
    if isinstance(block, Facts):
        rows = "".join(f'<dt>{_text(name)}</dt><dd dir="auto">{_text(what)}</dd>\n' for name, what in block.rows)
        return f"<dl>\n{rows}</dl>\n" if rows else ""
    if isinstance(block, Words):
        return f'<pre dir="auto">{_text(block.text)}</pre>\n'
    return _table(block)


def _table(table: Table) -> str:
    titles = "".join(f'<th scope="col">{_text(title)}</th>' for title in table.titles)
    rows = "".join(_row(number, table) for number in range(len(table.rows)))
    shape = f'<div class="wide"><table class="c{len(table.titles)}">'
    return f"{shape}\n<thead><tr>{titles}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"


def _row(number: int, table: Table) -> str:
    kind = ' class="loud"' if number in table.loud else ' class="faint"' if number in table.faint else ""
    cells = "".join(f'<td dir="auto"{_shape(cell)}>{_text(cell)}</td>' for cell in table.rows[number])
    return f"<tr{kind}>{cells}</tr>\n"


def _shape(cell: str) -> str:
    """A date or a single short word stays on one line."""
    return ' class="short"' if len(cell) <= _SHORT and not cell.isspace() else ""


def _text(text: str) -> str:
    return escape(visible(text))
