"""HTML that may go to a customer: what our people wrote, without scripts, forms, pictures from elsewhere or styles. Pure."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

MOST = 200_000
_KEPT = frozenset(
    (
        *("p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "sub", "sup", "ul", "ol", "li", "blockquote"),
        *("pre", "code", "hr", "a", "h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "td", "th"),
    )
)
_SINGLE = frozenset(("br", "hr"))
_DROPPED_WHOLE = frozenset(
    ("script", "style", "head", "title", "template", "iframe", "object", "svg", "math", "textarea")
)
_SCHEMES = ("https://", "http://", "mailto:", "tel:")


def html_of_text(text: str) -> str:
    """A plain text as HTML: its paragraphs, its lines, nothing else."""
    paragraphs = [part.strip("\n") for part in text.strip().split("\n\n")]
    shown = ("<br>\n".join(escape(line) for line in part.splitlines()) for part in paragraphs if part.strip())
    return "\n".join(f"<p>{part}</p>" for part in shown)


def clean_html(html: str) -> str:
    """The HTML with only tags that shape text, links to the web, to mail and to phones; every tag that was opened is closed."""
    reader = _Cleaner()
    reader.feed(html[:MOST])
    reader.close()
    return reader.result()


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._inside_dropped = 0

    def result(self) -> str:
        """What is left, closed."""
        return "".join([*self._out, *(f"</{tag}>" for tag in reversed(self._open))])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The library's hook."""
        if tag in _DROPPED_WHOLE:
            self._inside_dropped += 1
        elif not self._inside_dropped and tag in _KEPT:
            self._out.append(f"<{tag}{_link(tag, attrs)}>")
            if tag not in _SINGLE:
                self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The library's hook: `<br/>`."""
        if not self._inside_dropped and tag in _SINGLE:
            self._out.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        """The library's hook."""
        if tag in _DROPPED_WHOLE:
            self._inside_dropped = max(self._inside_dropped - 1, 0)
        elif not self._inside_dropped and tag in self._open:
            while self._open:
                closed = self._open.pop()
                self._out.append(f"</{closed}>")
                if closed == tag:
                    break

    def handle_data(self, data: str) -> None:
        """The library's hook."""
        if not self._inside_dropped:
            self._out.append(escape(data, quote=False))


def _link(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    """Where a link leads, if that is the web, a mailbox or a phone."""
    address = next((value for name, value in attrs if name == "href" and value), "") if tag == "a" else ""
    return f' href="{escape(address)}"' if address.strip().lower().startswith(_SCHEMES) else ""
