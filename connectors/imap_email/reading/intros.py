"""The lines with which mail programs introduce what they quote or forward. Knows ten languages' wording; decides nothing.

`quotequail` knows more languages; it is asked about the lines that ours leave, since asking it about every line costs 70 µs a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import quotequail


class Intro(Enum):
    """What a line (or a few) announces."""

    REPLY = "reply"
    FORWARD = "forward"


# es en ca gl eu fr pt de it nl, each with the words that its programs use.
_WROTE = (
    r"escribi[óo]|wrote|va escriure|ha escrit|escribiu|escribeu|idatzi(?: du| zuen)|a [ée]crit|escreveu|schrieb|ha scritto|scrisse"
    r"|schreef|het volgende geschreven|geschreven|skrev|napisał\(?a?\)?|написал\(?а?\)?"
)
_VERB = re.compile(rf"(?i)\b(?:{_WROTE})\b|missatge de|mensaje (?:de|citado)|message de|quoting")
_MINUTE = re.compile(r"\d{1,2}\s?[:.h]\s?\d\d")
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_WHEN = re.compile(f"{_MINUTE.pattern}|{_DAY.pattern}")
_TO_ME = re.compile(r"(?i)\b(?:me|nos|le|les|m'ha|ens) (?:escribi|va escriure|ha escrito)|wrote (?:to )?(?:me|us)\b")
_OPENS = re.compile(
    r"(?i)^\W*(?:el|on|en|le|em|am|il|op|no dia|a|o|al|den|missatge de|mensaje de|message de|quoting|på"
    r"|\d{4}[-/.]\d\d?[-/.]\d\d?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b"
)
# Somebody's words and the introduction on one line: cutting there would swallow the words.
_BURIED = re.compile(
    r"(?!\W*(?:On|El|Le|Am|Em|Op|Il)\b).{2,}[\s-](?:On|El|Le|Am|Em|Op|Il) [A-Za-zé]{2,10}\.?,? .{0,12}\d"
)
_REPLY_ABOVE = re.compile(
    r"(?i)^[#*\-\s]{2,}.{0,40}(?:reply above|above this line|por encima de esta l[ií]nea|encima de esta l[ií]nea).{0,40}[#*-]{2,}$"
)
_REPLY = re.compile(
    rf"(?i)^\W*(?:(?:el|on|en|le|em|am|il|op|no dia|a|o|al|den|w dniu|dia)\b.{{0,400}}\b(?:{_WROTE})\b.{{0,200}}?"
    rf"|.{{1,200}}<[^<>\s]+@[^<>\s]+>.{{0,60}}\b(?:{_WROTE})\b.{{0,60}}"
    rf"|.{{1,300}}\b(?:{_WROTE})\b"
    r"|(?:missatge de|mensaje de|mensaje citado por|message de|quoting)\b.{3,300}"
    r")\s*:\s*$"
)
# No verb at all, but an address at the end and a day with its minute: `2025-11-03 10:12 GMT+01:00 Ana <ana@x>:`
_ADDRESS_ENDS = re.compile(r"^.{5,300}<\s?[^<>\s]+@[^<>\s]+>\s*:\s*$")
# Yahoo on Android: the introduction and what it quotes on one line.
_ON_ONE_LINE = re.compile(
    rf"(?i)^(?:el|on|le|em|am|il|op|den)\b.{{8,200}}<[^<>\s]+@[^<>\s]+>\)?,?\s*(?:{_WROTE})\s*:\s+\S"
)
_TITLES_REPLY = (
    r"original message|mensaje original|missatge original|mensaxe orixinal|jatorrizko mezua|message d['’]origine|message original"
    r"|mensagem original|urspr[üu]ngliche nachricht|messaggio originale|oorspronkelijk(?:e)? bericht|origineel bericht"
    r"|correo original|reply message|mensaje de respuesta"
)
_TITLES_FORWARD = (
    r"forwarded message|forwarded by .{1,80}|mensaje reenviado|mensaje remitido|missatge reenviat|mensaxe reenviad[ao]"
    r"|birbidalitako mezua|message transf[ée]r[ée]|message r[ée]exp[ée]di[ée]|mensagem (?:encaminhada|reencaminhada)"
    r"|weitergeleitete nachricht|messaggio inoltrato|doorgestuurd bericht|reenv[ií]o|inicio del mensaje reenviado"
)
_DASHED = r"^[>\s]*[-_=*—]{{2,}}\s*(?:{0})\s*[-_=*—]{{2,}}\s*:?\s*(?:$|(?:from|de|von|da|van)\s*:)"
_REPLY_TITLE = re.compile(
    "(?i)" + _DASHED.format(_TITLES_REPLY) + rf"|^[>\s]*-{{2,}} .{{2,300}}\b(?:{_WROTE}) -{{2,}}\s*$"
)
_FORWARD_TITLE = re.compile(
    "(?i)"
    + _DASHED.format(_TITLES_FORWARD)
    + r"|^[>\s]*(?:begin forwarded message|inicio del mensaje reenviado|d[ée]but du message"
    r" (?:r[ée]exp[ée]di[ée]|transf[ée]r[ée])|anfang der weitergeleiteten (?:nachricht|e-mail)|inizio messaggio inoltrato"
    r"|in[ií]cio da mensagem (?:encaminhada|reencaminhada)|inici del missatge reenviat|begin doorgestuurd bericht)\s*:\s*$"
)
_HAS_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+")
_MAX_WRAP = 4
_MAX_LINE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """An introduction that starts on line `start`. `is_sure`: no person writes that by hand, whatever follows it."""

    start: int
    intro: Intro
    is_sure: bool


def may_introduce(line: str) -> bool:
    """A quick look at a stripped line, so that most are not looked at again."""
    if not 4 <= len(line) <= _MAX_LINE:
        return False
    return line[-1] in ":-_>=*—#" or line.startswith("---") or ("@" in line and ">" in line and ":" in line)


def find_intro(lines: Sequence[str], at: int) -> Found | None:
    """The introduction that ends on line `at`, None when there is none."""
    line = lines[at].strip()
    if not may_introduce(line):
        return None
    if _ON_ONE_LINE.match(line):
        return Found(at, Intro.REPLY, is_sure=True)
    if _FORWARD_TITLE.match(line):
        return Found(at, Intro.FORWARD, is_sure=True)
    if _REPLY_TITLE.match(line) or _REPLY_ABOVE.match(line):
        return Found(at, Intro.REPLY, is_sure=True)
    if line[-1] in ":>":
        return _wrapped_reply(lines, at)
    return _asked(lines, at, at) if line[0] in "-_" and len(line) > 6 else None


def _wrapped_reply(lines: Sequence[str], at: int) -> Found | None:
    """`El lun, 3 nov 2025 a las 10:12, Ana (<ana@x>)` / `escribió:`: looked for from one line up to four."""
    tail = " ".join(line.strip() for line in lines[max(at - 1, 0) : at + 1])
    if not _VERB.search(tail) and not (_HAS_ADDRESS.search(tail) and _WHEN.search(tail)):
        return None
    best = None
    for start in range(at, max(at - _MAX_WRAP, -1), -1):
        if start < at and (not lines[start].strip() or len(lines[start]) > _MAX_LINE):
            break
        text = " ".join(line.strip() for line in lines[start : at + 1])
        matches = _REPLY.match(text) or (_ADDRESS_ENDS.match(text) and _DAY.search(text) and _MINUTE.search(text))
        if matches and not _BURIED.match(text) and (best is None or _OPENS.match(lines[start].strip())):
            best = Found(start, Intro.REPLY, is_sure=_is_sure(text))
            if _OPENS.match(text) and best.is_sure:
                break
    return best or _asked(lines, max(at - 1, 0), at) or _asked(lines, at, at)


def _is_sure(text: str) -> bool:
    """A program gives the address, or both the day and the minute, and does not say "to me"."""
    if _TO_ME.search(text):
        return False
    return bool(_HAS_ADDRESS.search(text) or (_DAY.search(text) and _MINUTE.search(text)))


def _asked(lines: Sequence[str], start: int, at: int) -> Found | None:
    """quotequail's opinion of a few lines."""
    chunk = "\n".join(line.strip() for line in lines[start : at + 1])
    parts = quotequail.quote(chunk, limit=_MAX_WRAP, quote_intro_line=True)
    if len(parts) < 2 or parts[0][1].strip():
        return None
    if chunk.startswith(("--", "__")):
        return Found(start, Intro.REPLY, is_sure=False)
    return Found(start, Intro.REPLY, is_sure=_is_sure(chunk.replace("\n", " ")))
