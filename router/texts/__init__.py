"""The words that go to customers and staff, a module a language: Spanish, English, Catalan, Galician, Basque. Pure."""

from __future__ import annotations

from router.texts.ca import CATALAN
from router.texts.en import ENGLISH
from router.texts.es import SPANISH
from router.texts.eu import BASQUE
from router.texts.gl import GALICIAN
from router.texts.letterhead import Letterhead, Words
from router.texts.reasons import reason_in

__all__ = ["Letterhead", "Words", "phrase", "reason_in_words", "spoken_language"]

WORDS: dict[str, Words] = {"es": SPANISH, "en": ENGLISH, "ca": CATALAN, "gl": GALICIAN, "eu": BASQUE}
_NEARER = {"pt": "es", "ast": "es", "an": "es", "oc": "ca"}

ACKNOWLEDGEMENT = {code: words.acknowledgement for code, words in WORDS.items()}
NOTICE = {code: words.notice for code, words in WORDS.items()}
DIGEST = {code: words.digest for code, words in WORDS.items()}
SCREENED_DIGEST = {code: words.screened_digest for code, words in WORDS.items()}
ALERT = {code: words.alert for code, words in WORDS.items()}
PHRASES = {code: words.phrases for code, words in WORDS.items()}
REASONS = {code: words.reasons for code, words in WORDS.items()}
ANNOUNCEMENTS = {code: words.announcements for code, words in WORDS.items()}


def spoken_language(language: str) -> str:
    """The language that texts are kept in which is nearest to this one: "es" for "es-MX" and "pt", "en" for one far off."""
    code = language.partition("-")[0].lower()
    return code if code in WORDS else _NEARER.get(code, "en")


def phrase(language: str, code: str, **values: str) -> str:
    """One phrase, filled in. A `reason` that the service has noted down in English is said in this language, or in Spanish where
    it is one of Spain's others."""
    spoken = spoken_language(language)
    if "reason" in values:
        reason = values["reason"]
        values["reason"] = reason_in("en" if spoken == "en" else "es", reason) or reason
    return PHRASES[spoken][code].format_map(values)


def reason_in_words(language: str, code: str) -> str:
    """Why somebody is responsible, in words; a code without words stands for itself."""
    return REASONS[spoken_language(language)].get(code, code)


def date_format(language: str) -> str:
    """How babel writes a whole date in running text there: a name or a pattern of its own."""
    return WORDS[spoken_language(language)].date
