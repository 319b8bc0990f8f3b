"""The past of a mailbox as one HTML page that needs nothing else: figures and a map of the week. Names no customer."""

from __future__ import annotations

from html import escape

from reports.figures import Spread
from reports.retro.figures import Retro, Slot
from ventanilla.clocks.due import waited

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5a6472; --line: #d7dce2; --paper: #fff; --heat: 30, 100, 180 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebef; --soft: #9aa5b1; --line: #39424d; --paper: #15191e; --heat: 90, 170, 255 }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper) }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem } p { margin: .3rem 0; color: var(--soft) }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; padding: 0 }
.figures div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem }
.figures dt { color: var(--soft); font-size: .85rem } .figures dd { margin: 0; font-size: 1.35rem; font-weight: 600 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .85rem; width: 100% }
th { color: var(--soft); font-weight: 400; text-align: right; padding: .15rem .3rem } tbody th { text-align: left }
td { text-align: right; padding: .15rem .3rem; border: 1px solid var(--line); min-width: 1.7rem }
td, dd { font-variant-numeric: tabular-nums }
""".strip()


def retro_page(retro: Retro, *, channel: str, house: str) -> str:
    """The page, as text."""
    title = f"{house}: the past of {channel}"
    period = f"{retro.start:%Y-%m-%d} to {retro.end:%Y-%m-%d}, read from the mailbox; nothing in it was changed."
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(period)}</p>",
        _figures(retro),
        _kept(retro),
        "<h2>Customers' mails by weekday and hour</h2>",
        _week(retro.slots, [f"{slot.mails:,}" for slot in retro.slots], [slot.mails for slot in retro.slots]),
        "<h2>Median first answer, by when the conversation began</h2>",
        _week(
            retro.slots, [_length(slot.median) for slot in retro.slots], [slot.median or 0.0 for slot in retro.slots]
        ),
    ]
    return f"{_HEAD}<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"


def _figures(retro: Retro) -> str:
    silent = len(retro.silent)
    never = sum(not one.after_answer for one in retro.silent)
    shown = [
        ("customers' mails", f"{retro.mails:,}"),
        ("conversations", f"{retro.conversations:,}"),
        ("median first answer", _length(retro.elapsed.p50)),
        ("9 of 10 within", _length(retro.elapsed.p90)),
        *_business(retro.business),
        ("mails never answered", f"{silent:,}"),
        ("of them, never any answer", f"{never:,}"),
    ]
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in shown)
    return f'<dl class="figures">{cells}</dl>'


def _business(spread: Spread | None) -> list[tuple[str, str]]:
    if spread is None:
        return []
    return [("median, open hours", _length(spread.p50)), ("9 of 10, open hours", _length(spread.p90))]


def _kept(retro: Retro) -> str:
    if retro.kept is None or retro.kept.percent is None:
        return ""
    kept = retro.kept
    within = waited(kept.within, "en")
    text = f"With promises.{kept.promise} ({kept.target} % within {within}) {kept.percent:.0f} % would have been kept."
    return f"<h2>Promise</h2><p>{escape(text)}</p>"


def _week(slots: tuple[Slot, ...], texts: list[str], weights: list[float]) -> str:
    """A table of weekdays by hours; the colour says how much, the number says it exactly."""
    most = max(weights, default=0.0) or 1.0
    cells = {
        (slot.weekday, slot.hour): (text, weight) for slot, text, weight in zip(slots, texts, weights, strict=True)
    }
    hours = range(min((slot.hour for slot in slots), default=8), max((slot.hour for slot in slots), default=18) + 1)
    head = "".join(f"<th>{hour}</th>" for hour in hours)
    rows = []
    for weekday, name in enumerate(_DAYS):
        row = []
        for hour in hours:
            text, weight = cells.get((weekday, hour), ("", 0.0))
            row.append(f'<td style="background: rgba(var(--heat), {0.6 * weight / most:.2f})">{escape(text)}</td>')
        rows.append(f"<tr><th>{name}</th>{''.join(row)}</tr>")
    return (
        f'<div class="wide"><table><thead><tr><th></th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _length(seconds: float | None) -> str:
    return "–" if seconds is None else waited(seconds, "en")
