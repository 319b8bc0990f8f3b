"""HTML made into text that reads well, with the quotes and signatures that mail programs mark. Never shown as HTML.

Kept: paragraphs, lists, table rows, links and their targets, what pictures say. Dropped: scripts, styles, hidden preheaders.
`<blockquote>` becomes `> `. Time and memory are linear in the input, which the caller bounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from connectors.imap_email.reading.limits import MAX_TAGS, cut_note
from connectors.imap_email.reading.lines import Line, Zone
from connectors.reading.characters import clean_text

_DROPPED = {
    "script",
    "style",
    "head",
    "title",
    "template",
    "object",
    "iframe",
    "svg",
    "math",
    "select",
    "noframes",
    "applet",
}
_VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
_BLOCKS = {
    "p", "div", "ul", "ol", "li", "table", "tr", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
    "header", "footer", "main", "aside", "nav", "address", "figure", "figcaption", "dl", "dt", "dd", "form", "fieldset", "center",
    "body", "caption", "hr", "tbody", "thead", "tfoot", "details", "summary",
}  # fmt: skip
_SPACED = {"p", "ul", "ol", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dl", "figure"}
_HIDDEN_STYLE = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$|!)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|$|!)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)"
)
# From here to the end it is what is answered: Outlook's and Yahoo's markers.
_QUOTE_STARTS = {
    "appendonsend",
    "divrplyfwdmsg",
    "x_divrplyfwdmsg",
    "stopspelling",
    "zwchr",
    "mail-editor-reference-message-container",
}
_QUOTE_CLASSES = re.compile(
    r"(?i)\b(?:yahoo_quoted|OutlookMessageHeader|moz-forward-container|ms-outlook-mobile-reference-message)\b"
)
_OUTLOOK_BORDER = re.compile(r"(?i)border\s*:\s*none\s*;\s*border-top\s*:\s*solid\s+#(?:E1E1E1|B5C4DF)\s+1\.0pt")
_SIGNATURES = re.compile(
    r"(?i)\b(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block|ymail_android_signature"
    r"|yahoo-signature|zmail_signature)\b"
)
# Where a program puts a signature, and people write on.
_SIGNATURE_PLACES = re.compile(r"(?i)\b(?:AppleMailSignature|composer_signature)\b|(?:^|\s)(?:x_)?Signature(?:\s|$)")
_INDENTATION = re.compile(r"(?i)border\s*:\s*(?:none|0)|margin\s*:[^;]*40px")
_BLANKS = re.compile(r"[ \t\r\n\f\xa0\u200b\u200c\u034f\u00ad]+")
_MAX_PREFIX = 5
_MAX_TARGET = 300
_MAX_STACK = 5000
_MAX_LINE = 20_000


def html_lines(html: str, *, max_tags: int = MAX_TAGS) -> list[Line]:
    """The readable lines of an HTML document or fragment, up to a number of tags.

    Never raises: what cannot be parsed loses its tags instead.
    """
    writer = _Writer()
    html = _bounded(html, max_tags)
    parser = etree.HTMLParser(target=writer, encoding="utf-8", recover=True, no_network=True, huge_tree=True)
    try:
        parser.feed(clean_text(html).encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, ValueError, AssertionError):
        return [Line(text.strip()) for text in clean_text(re.sub(r"<[^<>]{0,2000}>", " ", html)).split("\n")]
    return writer.finished()


def _bounded(html: str, max_tags: int) -> str:
    if len(html) <= max_tags or html.count("<") <= max_tags:
        return html
    position = -1
    for _ in range(max(max_tags, 1)):
        position = html.index("<", position + 1)
    return html[:position] + f"<p>{cut_note(max_tags, html.count('<'), 'HTML tags')}</p>"


class _Writer:
    """The parser's target: takes tags and text, keeps lines. One entry on the stack for each open tag."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._current = ""
        self._stack: list[_Open] = []
        self._prefixes: list[str] = []
        self._lists: list[_Open] = []
        self._last_prefix = ""
        self._dropped = 0
        self._signature = 0
        self._signature_place = 0
        self._quote = 0
        self._quoted_to_end = False
        self._preformatted = 0
        self._gap = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        opened = self._opened(tag, attributes)
        if tag not in _VOID and len(self._stack) < _MAX_STACK:
            self._stack.append(opened)
        self._dropped += opened.drops if tag not in _VOID else 0
        if self._dropped:
            return
        if tag in _BLOCKS:
            self._break(spaced=tag in _SPACED)
        self._enter(tag, attributes, opened)

    def end(self, tag: str) -> None:
        if tag in _VOID or not self._stack or self._stack[-1].tag != tag:
            return
        opened = self._stack.pop()
        if self._dropped:
            self._dropped -= opened.drops
            return
        if opened.target:
            self._write_target(opened)
        if tag in _BLOCKS:
            self._break(spaced=tag in _SPACED)
        self._quote -= opened.quotes
        self._signature -= opened.signs
        self._signature_place -= opened.places
        self._preformatted -= tag == "pre"
        if opened.prefix:
            self._prefixes.pop()
        if self._lists and self._lists[-1] is opened:
            self._lists.pop()

    def data(self, text: str) -> None:
        if self._dropped:
            return
        if self._preformatted:
            first, *rest = text.replace("\xa0", " ").split("\n")
            self._current += first
            for line in rest:
                self._flush(keep_blank=True)
                self._current = line
            return
        text = _BLANKS.sub(" ", text)
        self._current += text.lstrip() if not self._current or self._current.endswith(" ") else text
        if len(self._current) > _MAX_LINE:
            self._flush(keep_blank=False)

    def comment(self, text: str) -> None:
        """Comments say nothing to a reader."""

    def close(self) -> None:
        self._break(spaced=False)

    def finished(self) -> list[Line]:
        while self.lines and not self.lines[-1].text.strip(" >"):
            self.lines.pop()
        return self.lines

    def _opened(self, tag: str, attributes: Mapping[str, str]) -> _Open:
        style = attributes.get("style", "")
        hidden = tag in _DROPPED or "hidden" in attributes or bool(style and _HIDDEN_STYLE.search(style))
        classes = attributes.get("class", "")
        marks = f"{classes} {attributes.get('id', '')}" if classes or "id" in attributes else ""
        opened = _Open(tag, drops=int(hidden))
        if marks.strip():
            opened.signs = int(bool(_SIGNATURES.search(marks)))
            opened.places = int(bool(_SIGNATURE_PLACES.search(marks)))
            opened.quotes = int(bool(_QUOTE_CLASSES.search(marks)))
        if tag == "blockquote" and (
            attributes.get("type") == "cite" or "quote" in classes or not _INDENTATION.search(style)
        ):
            opened.prefix = "> "
        if attributes.get("id", "").lower() in _QUOTE_STARTS or (style and _OUTLOOK_BORDER.search(style)):
            self._start_quote(hidden)
        return opened

    def _start_quote(self, hidden: bool) -> None:
        if not hidden and not self._dropped:
            self._break(spaced=False)
            self._quoted_to_end = True

    def _enter(self, tag: str, attributes: Mapping[str, str], opened: _Open) -> None:
        self._quote += opened.quotes
        self._signature += opened.signs
        self._signature_place += opened.places
        self._preformatted += tag == "pre"
        if opened.prefix:
            self._prefixes.append(opened.prefix)
        if tag == "br":
            self._flush(keep_blank=True)
        elif tag in ("td", "th"):
            if self._current.strip():
                self._current = self._current.rstrip() + " | "
        elif tag == "li":
            self._current = self._bullet()
        elif tag in ("ul", "ol") and self._stack and self._stack[-1] is opened:
            opened.number = _number(attributes.get("start", ""))
            self._lists.append(opened)
        elif tag == "img":
            self._picture(attributes.get("alt", ""))
        elif tag == "a":
            opened.target, opened.begun = attributes.get("href", "").strip(), (len(self.lines), len(self._current))

    def _bullet(self) -> str:
        indent = "  " * min(max(len(self._lists) - 1, 0), _MAX_PREFIX)
        if not self._lists or self._lists[-1].tag == "ul":
            return f"{indent}- "
        self._lists[-1].number += 1
        return f"{indent}{self._lists[-1].number - 1}. "

    def _picture(self, alt: str) -> None:
        alt = _BLANKS.sub(" ", alt).strip()
        if alt:
            self.data(f"[{alt[:200]}]")

    def _write_target(self, opened: _Open) -> None:
        """`words (target)`, unless the words are the target, or the target is no address at all."""
        target = opened.target[:_MAX_TARGET]
        line, column = opened.begun
        words = self._current[column:] if line == len(self.lines) else self._current
        shown = target if target.lower().startswith("http") else target.partition(":")[2].partition("?")[0]
        plain = shown.removeprefix("https://").removeprefix("http://").rstrip("/")
        if not words.strip() or not target.lower().startswith(("http://", "https://", "mailto:", "tel:")):
            return
        if plain.lower() not in words.lower().replace(" ", ""):
            self._current = f"{self._current.rstrip()} ({shown})"

    def _break(self, *, spaced: bool) -> None:
        if self._current.strip():
            self._flush(keep_blank=False)
        else:
            self._current = ""
        self._gap = self._gap or spaced

    def _flush(self, *, keep_blank: bool) -> None:
        text = self._current if self._preformatted or self._current.startswith("  ") else self._current.strip()
        self._current = ""
        if not text.strip() and not keep_blank:
            return
        prefix = "".join(self._prefixes[:_MAX_PREFIX])
        if self._gap and self.lines and self.lines[-1].text.strip(" >"):
            self.lines.append(Line(min(prefix, self._last_prefix, key=len).rstrip(), self._zone()))
        self._gap = False
        self._last_prefix = prefix
        self.lines.append(Line((prefix + text).rstrip(), self._zone()))

    def _zone(self) -> Zone:
        if self._quote or self._quoted_to_end:
            return Zone.QUOTE
        if self._signature:
            return Zone.SIGNATURE
        return Zone.SIGNATURE_PLACE if self._signature_place else Zone.OWN


class _Open:
    """One open tag: what to undo when it closes."""

    __slots__ = ("begun", "drops", "number", "places", "prefix", "quotes", "signs", "tag", "target")

    def __init__(self, tag: str, *, drops: int) -> None:
        self.tag = tag
        self.drops = drops
        self.prefix = ""
        self.quotes = 0
        self.signs = 0
        self.places = 0
        self.number = 1
        self.target = ""
        self.begun = (0, 0)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
