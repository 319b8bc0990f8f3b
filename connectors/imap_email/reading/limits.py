"""How much of a mail is read at most. Knows numbers only; whoever cuts says so in the text.

Each number bounds time and memory for mail that attacks (10,000 parts, a header of 1 MB, deep nesting) and is far above what
people send. What is cut is still whole in the raw item.
"""

from __future__ import annotations

MAX_RAW = 256 * 1024 * 1024
MAX_HEADER_BLOCK = 2 * 1024 * 1024
MAX_HEADER_VALUE = 64 * 1024
MAX_SAME_HEADER = 100
MAX_ADDRESSES = 1000
MAX_ADDRESS_TEXT = 256 * 1024
MAX_FOREIGN_ADDRESSES = 100  # of one header, in other letters than ASCII: each domain's ASCII form costs some 2 ms
MAX_IDS = 200
MAX_SUBJECT = 1000
MAX_NAME = 200

MAX_PARTS = 1000
MAX_DEPTH = 24
MAX_PROBES = 100_000
MAX_ATTACHMENTS = 250

MAX_TEXT_BYTES = 2 * 1024 * 1024
MAX_TEXT = 250_000
MAX_HTML = 1_000_000
MAX_ALL_HTML = 3_000_000  # characters read as HTML in all parts of a mail: entities cost time and are no tags
MAX_TAGS = 20_000  # in all HTML of a mail: libxml2 takes a time of open tags x stray end tags
MAX_GUESSES = 20
MAX_PIECES = 200
MAX_REPORT = 256 * 1024


def cut_note(kept: int, found: int, what: str) -> str:
    """The line that tells a reader what is missing from here on."""
    return f"[cut here: {kept:,} of {found:,} {what} kept; the original mail has the rest]"
