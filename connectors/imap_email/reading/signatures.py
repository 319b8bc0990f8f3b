"""Signatures and the footers of mobile programs, told from a customer's words by shape alone. In doubt it is theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.imap_email.reading.lines import Line, Zone

_RFC_MARK = "-- "
_BARE_MARK = re.compile(r"\s*(?:--|—|–)\s*\Z")
_RULE = re.compile(r"\s*(?:-{3,}|_{3,}|—{2,})\s*\Z")
# A person or a firm: short, and no sentence, list or footnote.
_NAME_LINE = re.compile(r"\s*[^\W\d].{0,48}[^.:;,!?]\s*\Z")
_CONTACT = re.compile(
    r"[^\s<>@]+@[^\s<>@]+\.\w|\bwww\.|https?://|(?:\+|\b)\d[\d ().-]{7,}\d|(?i:\b(?:tel|tlf|tfno|móvil|mobile|phone|fax)\b)"
)
_DEVICE = (
    r"iphone|ipad|android|samsung|galaxy|huawei|xiaomi|redmi|motorola|nokia|outlook|yahoo|gmail|proton|blackberry|smartphone"
    r"|thunderbird|k-9|\baol|bluemail|\bgmx|mail\.ru|(?:correo|mail|courrier) (?:para|for|de|pour|für) windows"
    r"|\b(?:mi|my|meu|mon|meinem|mio|mijn) (?:teléfono|telèfon|móvil|mòbil|tablet|mac\b|mobile|phone"
    r"|telem[óo]vel|téléphone|handy|cellulare)"
)
_FOOTER = re.compile(
    r"(?i)^\W*(?:"
    r"(?:enviado|enviada|enviat|sent|envoyé|gesendet|inviato|inviata|verzonden|mandado)\b.{0,30}?\b(?:desde|des|do|da|from|depuis|de"
    rf"|von|dal|vanaf|van|with|con|amb|avec|mit|via|usando|met)\b.{{0,50}}(?:{_DEVICE}).{{0,60}}"
    rf"|von (?:meinem|meiner|unterwegs).{{0,30}}(?:{_DEVICE})?.{{0,30}} gesendet"
    r"|(?:obtener|obtén|descarga|get|consigue|téléchargez|scarica|obter|holen sie sich|download)\b.{0,20}\boutlook\b.{0,80}"
    r"|nire .{1,30}(?:tik|etik) bidalita"
    r"|outlook (?:para|for) (?:ios|android).{0,60}"
    r")\W*\Z"
)
_LEGAL = re.compile(
    r"(?i)^\W*(?:aviso legal|aviso de confidencialidad|cláusula de confidencialidad|nota de confidencialidad|avís legal"
    r"|confidentiality notice|legal notice|disclaimer)\b"
)
_MAX_RFC = 25
_MAX_BARE = 10
_MAX_SIZE = 1500


def without_signature(lines: Sequence[Line]) -> list[Line]:
    """The lines above the signature; all of them where there is none, or where nothing would be left."""
    kept = [line for line in lines if line.zone is not Zone.SIGNATURE]
    kept = _without_footers(kept)
    kept = kept[: _cut(kept)]
    kept = _without_footers(kept)
    return kept if any(line.text.strip() for line in kept) else list(lines)


def _cut(lines: list[Line]) -> int:
    """Where the signature starts: the first mark from above of which all that follows is one. Only the end is looked at."""
    below: list[str] = []
    found = len(lines)
    for number in range(len(lines) - 1, -1, -1):
        text = lines[number].text
        if _is_legal(text, below) or (below and _may_mark(text) and _is_signature(text, below)):
            found = number
        if text.strip():
            below.append(text)
        if len(below) > _MAX_RFC:
            break
    return found


def _may_mark(text: str) -> bool:
    return len(text) < 200 and (
        text[:2] == "--" or text.strip()[:1] in ("-", "_", "=", "*", "—", "–") or bool(_LEGAL.match(text))
    )


def _is_signature(mark: str, below: list[str]) -> bool:
    if sum(map(len, below)) > _MAX_SIZE:
        return mark == _RFC_MARK and len(below) <= _MAX_RFC and sum(map(len, below)) <= 4 * _MAX_SIZE
    if mark == _RFC_MARK:
        return len(below) <= _MAX_RFC
    if _BARE_MARK.match(mark):
        return len(below) <= _MAX_BARE and not any("?" in text for text in below) and max(map(len, below)) <= 120
    return bool(_RULE.match(mark)) and _is_card(below)


def _is_card(below: list[str]) -> bool:
    """A name first and a way to reach it, a few short lines in all. `below` is from the last line up."""
    if len(below) > _MAX_BARE or max(map(len, below)) > 100 or _asks(below):
        return False
    return bool(_NAME_LINE.match(below[-1])) and any(map(_CONTACT.search, below))


def _is_legal(text: str, below: list[str]) -> bool:
    """A legal notice is long; a customer's "Aviso legal: su web no lo tiene" is not."""
    return bool(_LEGAL.match(text)) and 200 < len(text) + sum(map(len, below)) < 4 * _MAX_SIZE


def _asks(below: list[str]) -> bool:
    return any("?" in text.replace("://", "").partition("http")[0] for text in below)


def _without_footers(lines: list[Line]) -> list[Line]:
    end = len(lines)
    while end and (
        not lines[end - 1].text.strip() or _is_footer(lines[end - 1].text) or _BARE_MARK.match(lines[end - 1].text)
    ):
        end -= 1
    return lines[:end]


def _is_footer(text: str) -> bool:
    return len(text) < 200 and bool(_FOOTER.match(text.strip()))
