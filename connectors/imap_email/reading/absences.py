"""Subjects that mail programs, and people, put above out-of-office mail, in the languages of our house and a few more.

Knows subjects alone: one is a sign, no proof.
"""

from __future__ import annotations

import re
import unicodedata

_AUTOMATIC = (
    r"(?:automatic|auto)[- ]?(?:reply|response|answer)|autoreply|out of (?:the )?office|on vacation|vacation (?:reply|response)",
    r"respuesta autom[aá]tica|fuera de (?:la |mi )?oficina|ausente|estoy de vacaciones",
    r"resposta autom[aàá]tica|fora de l'oficina|f[oó]ra d[ae] (?:l?a |mi[ñn]a )?oficina",
    r"erantzun automatikoa|bulegotik kanpo",
    r"r[ée]ponse automatique|absence du bureau|absente? du bureau|message d'absence",
    r"automatische antwort|abwesenheit|risposta automatica|fuori sede|automatisch antwoord",
)
_ABSENT = (
    r"(?:i'?m |i am )?(?:currently )?(?:away|on (?:annual |sick |parental )?leave|on holidays?|on vacation)",
    r"(?:i'?m |i am )(?:currently )?out of (?:the )?office|annual leave|absence|vacation|holidays?",
    r"(?:estoy |me encuentro )(?:fuera de (?:la |mi )?oficina|ausente)",
    r"(?:estoy )?de (?:vacaciones|baja|permiso)|ausencia|vacaciones",
    r"(?:s[oó]c |estic )fora de l'oficina|fora del despatx|(?:estic )?de (?:vacances|baixa|perm[ií]s)|absent|abs[eè]ncia|vacances",
    r"(?:estou )f[oó]ra d[ae] (?:l?a |mi[ñn]a )?oficina|(?:estou )?de (?:vacaci[oó]ns|baixa|permiso)|vacaci[oó]ns",
    r"lanetik kanpo|oporretan(?: nago)?|oporrak|kanpoan nago|ez nago bulegoan|mezu automatikoa",
    r"(?:je suis )?(?:absente?|en (?:vacances|cong[ée]s?))|mensaje autom[aá]tico|missatge autom[aà]tic|mensaxe autom[aá]tica",
)
_BY_ITSELF = re.compile(rf"(?i)\W*(?:{'|'.join(_AUTOMATIC)})")
_DOUBTFUL = re.compile(
    rf"(?i)\W*(?:{'|'.join(_ABSENT)})(?=\W*$|\s*[:.,;!|(\[–—-]|\s+(?:\d|hasta|until|fins|ata|jusqu))"
)
_PREFIXES = re.compile(r"(?i)(?:\s*(?:re|rv|fwd?|aw|rép?|resp|rif|sv|tr|erantz?)\s*(?:\[\d+\])?\s*:)+")
_MOST = 300


def is_absence(subject: str) -> bool:
    """Whether it is how a program that answers by itself names its mail."""
    return bool(_BY_ITSELF.match(_plain(subject)))


def may_be_absence(subject: str) -> bool:
    """The same, also behind "Re:" and as people write it: enough to doubt one of us, too much to doubt a customer."""
    bare = _without_prefixes(_plain(subject))
    return bool(_BY_ITSELF.match(bare) or _DOUBTFUL.match(bare))


def _plain(subject: str) -> str:
    return " ".join(unicodedata.normalize("NFC", subject[:_MOST]).replace("’", "'").split())


def _without_prefixes(subject: str) -> str:
    found = _PREFIXES.match(subject)
    return subject[found.end() :] if found else subject
