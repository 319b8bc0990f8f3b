"""Knows the words by which somebody wants no more messages, or wants them again. Pure.

Source: Twilio's default keywords (STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT; START, UNSTOP), which its
carriers act on in English alone, and their kin in Spanish, Catalan and Galician. YES, which Twilio takes for START, is an
answer like any other.
"""

from __future__ import annotations

import unicodedata

_STOPS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"}
    | {"baja", "alto", "parar", "cancelar", "detener", "no mas", "no mas mensajes", "darme de baja", "dame de baja"}
    | {"baixa", "atura", "aturar"}
)
_STARTS = frozenset({"start", "unstop", "alta", "iniciar", "reanudar", "darme de alta", "dame de alta"})
_LONGEST = 40


def wants_none(text: str) -> bool:
    """Whether the whole message is a word for "stop"."""
    return _said(text) in _STOPS


def wants_again(text: str) -> bool:
    """Whether the whole message is a word for "start again"."""
    return _said(text) in _STARTS


def _said(text: str) -> str:
    """A message in small letters, without accents, signs and spaces around it."""
    if len(text) > _LONGEST:
        return ""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in plain).split())
