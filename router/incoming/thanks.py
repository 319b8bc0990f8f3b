"""Whether a message says thank you and nothing else, in five languages. Pure; when in doubt it does not."""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 10


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_THANKS = _listed(
    """gracias thanks thank thx ty gracies merci grazas esker eskerrik milesker eskerrikasko agradecido agradecida
    agradecidos agrait agraida"""
)
_HOW_MUCH = _listed(
    """muchas muchisimas mil moltes moltissimes moitas moitisimas asko mila many much so very you a lot de por todo su tu
    vuestra ayuda atencion rapidez amabilidad la per tot seva vostra teva ajuda atencio pola polo sua tua axuda for your
    help everything all the zure laguntzagatik guztiagatik dena y and i e eta"""
)
_WELL = _listed(
    """ok okay okey oka vale perfecto perfecta perfect perfecte perfeito genial estupendo estupenda excelente excelent
    fantastico fantastica great excellent wonderful acuerdo acordo d acord bien muy molt be moi ben entendido entes
    recibido rebut ondo bikain ados primeran"""
)
_POLITE = _listed(
    """hola ola hello hi kaixo buenas buenos bones bos boas dias dia tardes tarda bon un una saludo saludos salutacio
    salutacions cordial cordiales cordialmente atentamente atentament abrazo abracada best kind regards agur adios adeu
    abur ongi izan"""
)
_AROUND = _HOW_MUCH | _WELL | _POLITE
_GLAD = frozenset("👍🙏👌👏🤗💪❤♥🎉✅")
_SMILING = frozenset("🙂😊😀😃😄😁😉🥰😘☺🌹💐✨")
_QUIET = re.compile(r"[\s.,;:!¡…·'’`\"()\-–—*_~\u200d\ufe0e\ufe0f]|[\U0001f3fb-\U0001f3ff]")
_SENT_FROM = re.compile(r"^\s*(enviado desde|sent from|enviat des|enviado dende|get outlook|obtener outlook)\b", re.I)


def is_thanks(text: str, *, name: str = "") -> bool:
    """Whether a text is thanks and nothing more. A question mark, a digit, any other word or more than ten of them, and it is not.

    Words are known without accents, in any case. `name` is the writer's, who may sign. What is quoted under the text, and a
    signature behind its two dashes, are cut away.
    """
    said = _said(text)
    if not said or "?" in said or "¿" in said or any(character.isdigit() for character in said):
        return False
    words = _words(said)
    if len(words) > MOST_WORDS:
        return False
    signs = {character for character in said if not character.isalpha() and not _QUIET.match(character)}
    signs -= {character for character in signs if unicodedata.combining(character)}
    if signs - _GLAD - _SMILING:
        return False
    if not words:
        return bool(signs & _GLAD)
    known = _THANKS | _AROUND | set(_words(name))
    return all(word in known for word in words) and any(word in _THANKS for word in words)


def _said(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if line.rstrip() == "--" or line.lstrip().startswith(">") or _SENT_FROM.match(line):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def _words(text: str) -> list[str]:
    """Without accents and in small letters, letters that are drawn out once ("graciasss")."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )
    return [re.sub(r"(\w)\1{2,}", r"\1", word) for word in re.findall(r"[^\W\d_]+", bare)]
