"""What names and notes of the house are called for whoever reads a page: a law and its deadlines by their titles, a promise by its
description, a reason in the reader's language. Looks nothing up in the store."""

from __future__ import annotations

from markupsafe import Markup, escape

from config.packs import read_pack
from config.schema import Config
from desk.words import spoken
from router.promises.law import named
from router.texts.reasons import reason_in

_ENGLISH = Markup('<span lang="en">%s</span>')


def deadline_called(name: str, language: str) -> str:
    """A deadline of the law, "es-consumidores:claim", by its title; a name that is none's (a pack that is gone) as it is."""
    found = named(name)
    if found is None:
        return name
    title = found[1].title.in_language(language)
    return title[:1].upper() + title[1:]


def law_called(name: str, language: str) -> str:
    """A pack, "es-consumidores", by its title; one that is gone by its name."""
    try:
        return read_pack(name).title.in_language(language)
    except KeyError:
        return name


def promise_called(config: Config, name: str | None) -> str:
    """A promise as the file describes it; by its name where it does not, or has it no more."""
    settings = config.promises.get(name or "")
    return (settings.description if settings is not None else None) or name or ""


def reason_said(text: str | None, language: str) -> Markup:
    """Why the service did or did not do something. What others wrote (a provider, a mail server) stays in its own words."""
    said = reason_in(spoken(language), text or "")
    return escape(said) if said is not None else _ENGLISH % (text,)
