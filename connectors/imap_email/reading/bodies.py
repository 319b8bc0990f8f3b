"""Which parts of a mail are its words and which are files (RFC 2046). Knows structure; reads no header but the parts' own.

Plain text is preferred where both are offered and it says something; HTML stands in where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from connectors.imap_email.reading.calendar_line import calendar_line
from connectors.imap_email.reading.charsets import decode_text
from connectors.imap_email.reading.flowed import unflow
from connectors.imap_email.reading.html_text import html_lines
from connectors.imap_email.reading.limits import MAX_HTML, MAX_PIECES, MAX_TEXT, MAX_TEXT_BYTES, cut_note
from connectors.imap_email.reading.lines import Line, joined, own_lines
from connectors.imap_email.reading.parts import Budget, Part
from connectors.reading.characters import clean_text

_STUB = re.compile(
    r"(?i)\bhtml\b|navegador|browser|navigateur|view (?:this|it) (?:email|message|online)|cliente? de corre[ou]"
)
_STUB_SIZE = 400
_TAGS = re.compile(r"<[^<>]{0,500}>")
_ENCRYPTED = {"application/pgp-encrypted": "PGP/MIME", "multipart/encrypted": "PGP/MIME"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_WORDS = {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"}


@dataclass
class Words:
    """One leaf that is to be read: its decoded text, and its lines when somebody asks."""

    part: Part | None
    budget: Budget
    is_html: bool = False
    note: str = ""

    @cached_property
    def source(self) -> str:
        """The decoded text as it was sent, bounded."""
        if self.part is None:
            return self.note
        data, limit = self.part.content(), MAX_HTML if self.is_html else MAX_TEXT
        self.budget.guesses -= not data.isascii()
        text = decode_text(data[:MAX_TEXT_BYTES], self.part.charset, guess=self.budget.guesses >= 0)
        if len(data) <= MAX_TEXT_BYTES and len(text) <= limit:
            return text
        return text[:limit] + "\n" + cut_note(min(len(text), limit), max(len(data), len(text)), "characters")

    @cached_property
    def lines(self) -> list[Line]:
        """The readable lines; nothing a database or terminal chokes on."""
        if self.is_html:
            tags, self.budget.tags = self.budget.tags, max(self.budget.tags - self.source.count("<"), 0)
            html, self.budget.html = self.budget.html, max(self.budget.html - len(self.source), 0)
            self.budget.skipped |= len(self.source) > html
            return html_lines(self.source[:html], max_tags=tags)
        text = clean_text(self.source)
        if self.part is not None and self.part.parameters.get("format", "").lower() == "flowed":
            text = unflow(text, delete_space=self.part.parameters.get("delsp", "").lower() == "yes")
        if self.part is not None and self.part.content_type in ("text/enriched", "text/richtext"):
            text = _TAGS.sub("", text)
        return own_lines(text)

    @property
    def is_blank(self) -> bool:
        if self.is_html:
            return not any(line.text.strip() for line in self.lines)
        return not self.source.strip(" \t\r\n\xa0\u200b\ufeff")


@dataclass
class Body:
    """What a mail says: words in reading order, its HTML, and the parts that are files."""

    words: list[Words] = field(default_factory=list)
    html: list[Words] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)

    def add(self, other: Body) -> None:
        self.words += other.words
        self.html += other.html
        self.files += other.files


def read_body(root: Part, budget: Budget) -> Body:
    """The words and files of a tree. Never raises."""
    if root.children:
        return _read_multipart(root, budget)
    return _read_leaf(root, budget, is_whole=True)


def _read_child(part: Part, budget: Budget) -> Body:
    return _read_multipart(part, budget) if part.children else _read_leaf(part, budget)


def body_lines(words: Sequence[Words]) -> list[Line]:
    """All words as one run of lines, a blank line between parts, at most MAX_TEXT characters."""
    lines: list[Line] = []
    for piece in words[:MAX_PIECES]:
        while lines and not lines[-1].text.strip():
            lines.pop()
        if lines:
            lines.append(Line(""))
        lines += piece.lines
    if len(words) > MAX_PIECES:
        lines += own_lines("\n" + cut_note(MAX_PIECES, len(words), "parts of text"))
    return _bounded(lines)


def body_html(body: Body) -> str | None:
    """The HTML as it was sent (less NUL and its kin), several parts in order; None when there is none."""
    if not body.html:
        return None
    html = "\n".join(clean_text(piece.source) for piece in body.html[:MAX_PIECES])
    return html[:MAX_HTML]


def _bounded(lines: list[Line]) -> list[Line]:
    total = 0
    for number, line in enumerate(lines):
        total += len(line.text) + 1
        if total > MAX_TEXT:
            found = sum(len(rest.text) + 1 for rest in lines)
            return [*lines[:number], Line(line.text[: MAX_TEXT - total]), Line(cut_note(MAX_TEXT, found, "characters"))]
    return lines


def _read_multipart(part: Part, budget: Budget) -> Body:
    if part.content_type == "multipart/alternative":
        return _choose([_read_child(child, budget) for child in part.children])
    body = Body()
    if part.content_type == "multipart/encrypted":
        body.words.append(Words(None, budget, note="[encrypted mail: PGP/MIME]"))
    for child in part.children:
        body.add(_read_child(child, budget))
    return body


def _choose(offers: list[Body]) -> Body:
    """Of the same words in several forms: plain text to read, HTML to show, every file of all of them."""
    chosen = Body(files=[file for offer in offers for file in offer.files])
    offers = [offer for offer in offers if offer.words]
    html = next((offer for offer in reversed(offers) if offer.html), None)
    plain = next(
        (offer for offer in offers if not offer.html and not all(words.is_blank for words in offer.words)), None
    )
    if html:
        chosen.html = html.html
    if plain and not (html and _is_stub(plain, html)):
        chosen.words = plain.words
    elif html:
        chosen.words = html.words
    elif offers:
        chosen.words = offers[0].words
    notes = [
        words
        for offer in offers
        if offer is not plain and offer is not html
        for words in offer.words
        if words.part is None
    ]
    chosen.words = [*chosen.words, *(note for note in notes if note not in chosen.words)]
    return chosen


def _is_stub(plain: Body, html: Body) -> bool:
    """Plain text that only says "open this in a program that shows HTML"."""
    if sum(len(words.source) for words in plain.words) > 2 * _STUB_SIZE:
        return False
    text = joined([line for words in plain.words for line in words.lines])
    if len(text) > _STUB_SIZE or not _STUB.search(text):
        return False
    return len(joined([line for words in html.words for line in words.lines])) > 2 * len(text)


def _read_leaf(part: Part, budget: Budget, *, is_whole: bool = False) -> Body:
    if part.content_type == "text/x-amp-html":
        return Body()
    if part.content_type in _WORDS and not (_is_file(part) and not (is_whole and part.disposition != "attachment")):
        words = Words(part, budget, is_html=part.content_type == "text/html")
        return Body(words=[words], html=[words] if words.is_html else [])
    body = Body(files=[part])
    note = _note(part)
    if note:
        body.words.append(Words(None, budget, note=note))
    return body


def _is_file(part: Part) -> bool:
    """A text part with a file's name or an attachment's disposition is a file, not words."""
    if part.disposition == "attachment":
        return True
    return bool(part.disposition_parameters.get("filename") or part.parameters.get("name"))


def _note(part: Part) -> str:
    if part.content_type == "text/calendar" and part.disposition != "attachment":
        return calendar_line(clean_text(decode_text(part.content()[:MAX_TEXT_BYTES], part.charset or "utf-8")))
    if part.content_type in _SMIME:
        is_signed = part.parameters.get("smime-type", "").lower() == "signed-data"
        return "[signed mail that only an S/MIME reader opens]" if is_signed else "[encrypted mail: S/MIME]"
    return ""
