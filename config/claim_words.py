"""Knows the words by which somebody complains or claims, in our customers' languages: for rules, and for what no rule caught.

Best effort: "no me quejo" and "sin queja" are left out, a shop's "reclamo publicitario" is not. Pure.
"""

from __future__ import annotations

from config.expressions import found
from ventanilla.words import Kind

CLAIM = r"(?i)(?<!\bno )\b(reclam(o|os|ar|aci[oóò]n?s?|aciones)|erreklama\w+|claims?)\b"
COMPLAINT = (
    r"(?i)(?<!\bno )(?<!\bsin )(?<!ninguna )\b(quejas?|quejar\w+|me quejo|queix(a|as|es)|kexa\w*|complain(ts?)?)\b"
)
STEMS = ("reclam", "claim", "erreklama", "quej", "queix", "kexa", "complain")
"""One of these stands in whatever the expressions find: for a store to look for first."""


def kind_by_words(text: str) -> Kind | None:
    """A claim or a complaint, if its words say so; a claim where they say both. None for anything else."""
    for kind, pattern in ((Kind.CLAIM, CLAIM), (Kind.COMPLAINT, COMPLAINT)):
        try:
            if found(pattern, text):
                return kind
        except TimeoutError:  # a text made to take long
            continue
    return None
