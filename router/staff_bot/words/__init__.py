"""What the staff's bot says to our own people, a module a language, and the words it is told by. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from router.staff_bot.words import (
    ca,
    ca_answers,
    en,
    en_answers,
    es,
    es_answers,
    eu,
    eu_answers,
    gl,
    gl_answers,
    law,
)
from router.texts import spoken_language

SAYINGS: Mapping[str, Mapping[str, str]] = {
    "es": es.SAYINGS_ES | es_answers.SAYINGS_ES | law.SAYINGS_LAW["es"],
    "en": en.SAYINGS_EN | en_answers.SAYINGS_EN | law.SAYINGS_LAW["en"],
    "ca": ca.SAYINGS_CA | ca_answers.SAYINGS_CA | law.SAYINGS_LAW["ca"],
    "gl": gl.SAYINGS_GL | gl_answers.SAYINGS_GL | law.SAYINGS_LAW["gl"],
    "eu": eu.SAYINGS_EU | eu_answers.SAYINGS_EU | law.SAYINGS_LAW["eu"],
}
COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "es": es.COMMANDS_ES | es_answers.COMMANDS_ES | law.COMMANDS_LAW["es"],
    "en": en.COMMANDS_EN | en_answers.COMMANDS_EN | law.COMMANDS_LAW["en"],
    "ca": ca.COMMANDS_CA | ca_answers.COMMANDS_CA | law.COMMANDS_LAW["ca"],
    "gl": gl.COMMANDS_GL | gl_answers.COMMANDS_GL | law.COMMANDS_LAW["gl"],
    "eu": eu.COMMANDS_EU | eu_answers.COMMANDS_EU | law.COMMANDS_LAW["eu"],
}
"""What can be done: by its code, the word in that language and what it does, in a few words."""

MAIN = ("cases", "texts", "undo", "case", "available", "pause", "help")
"""What the menu offers, in this order; everything else is in the answer to `help`."""
_OUTCOMES = {
    word: outcome
    for words in (
        es_answers.OUTCOMES_ES,
        en_answers.OUTCOMES_EN,
        ca_answers.OUTCOMES_CA,
        gl_answers.OUTCOMES_GL,
        eu_answers.OUTCOMES_EU,
    )
    for outcome, said in words.items()
    for word in said
}
_KINDS = {word: kind for kind, said in law.KINDS.items() for word in said}
_MEANT = {word: code for words in COMMANDS.values() for code, (word, _) in words.items()}


def say(language: str, code: str, **values: str) -> str:
    """One saying, filled in."""
    return SAYINGS[spoken_language(language)][code].format_map(values)


def command_meant(word: str) -> str | None:
    """Which command a word stands for, in whatever of our languages, with or without its accents; None for none of them."""
    return _MEANT.get(plain(word))


def outcome_meant(words: str) -> str | None:
    """What became of a call (`reached`, `no_answer`, `message`), in whatever of our languages; None for none of them."""
    return _OUTCOMES.get(" ".join(plain(words).split()))


def kind_meant(words: str) -> str | None:
    """What a case is said to be (`query`, `complaint`…), in whatever of our languages; None for none of them."""
    return _KINDS.get(" ".join(plain(words).split()))


def plain(words: str) -> str:
    """The same in small letters, without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(one))


def menu(language: str) -> list[tuple[str, str]]:
    """The main commands as a bot's menu shows them: (word, what it does)."""
    commands = COMMANDS[spoken_language(language)]
    return [commands[code] for code in MAIN]


def command_list(language: str, *, whole: bool = False) -> str:
    """The commands, a line each: the main ones, or all there are."""
    shown = COMMANDS[spoken_language(language)].values() if whole else menu(language)
    return "\n".join(f"/{word} · {meaning}" for word, meaning in shown)


def command_word(language: str, code: str) -> str:
    """How one command is written there."""
    return f"/{COMMANDS[spoken_language(language)][code][0]}"


def staff_language(spoken: Sequence[str], house: str) -> str:
    """The language to write to one of our people in: the house's if they speak it or say nothing, else the first of theirs that
    there are words in."""
    own = [language.partition("-")[0].lower() for language in spoken]
    ours = spoken_language(house)
    if not own or ours in own:
        return ours
    return next((language for language in own if language in SAYINGS), ours)
