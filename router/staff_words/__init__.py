"""What the staff's bot says to our own people, a module a language, and the words it is told by. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from router.staff_words.ca import COMMANDS_CA, SAYINGS_CA
from router.staff_words.en import COMMANDS_EN, SAYINGS_EN
from router.staff_words.es import COMMANDS_ES, SAYINGS_ES
from router.staff_words.eu import COMMANDS_EU, SAYINGS_EU
from router.staff_words.gl import COMMANDS_GL, SAYINGS_GL
from router.texts import spoken_language

SAYINGS: Mapping[str, Mapping[str, str]] = {
    "es": SAYINGS_ES,
    "en": SAYINGS_EN,
    "ca": SAYINGS_CA,
    "gl": SAYINGS_GL,
    "eu": SAYINGS_EU,
}
COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "es": COMMANDS_ES,
    "en": COMMANDS_EN,
    "ca": COMMANDS_CA,
    "gl": COMMANDS_GL,
    "eu": COMMANDS_EU,
}
"""What can be done: by its code, the word in that language and what it does, in a few words."""

_MEANT = {word: code for words in COMMANDS.values() for code, (word, _) in words.items()}


def say(language: str, code: str, **values: str) -> str:
    """One saying, filled in."""
    return SAYINGS[spoken_language(language)][code].format_map(values)


def command_meant(word: str) -> str | None:
    """Which command a word stands for, in whatever of our languages, with or without its accents; None for none of them."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(one))
    return _MEANT.get(bare)


def menu(language: str) -> list[tuple[str, str]]:
    """The commands as a bot's menu shows them: (word, what it does)."""
    return list(COMMANDS[spoken_language(language)].values())


def command_list(language: str) -> str:
    """The commands, a line each."""
    return "\n".join(f"/{word} · {meaning}" for word, meaning in menu(language))


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
