"""How everything that we and our libraries log is written: to standard error, without secrets, without customers' text.

By convention an event is a snake_case code and its values are ids, codes, counts and times (`log.info("case_assigned", case=key)`).
This module is the net under the convention. It decides how lines look, never what is worth one.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

# Chooses the form ("json" or "human") and the level where no flag does.
FORM = "VENTANILLA_LOG"
LEVEL = "VENTANILLA_LOG_LEVEL"
LEVELS = ("debug", "info", "warning", "error")

# Values under these names are secrets: they become ***.
SECRET = re.compile(r"passw|secret|token|authorization|api_?key|cookie|credential|signature", re.IGNORECASE)
# Values under these names are what people wrote: they are withheld. Log an id instead.
WRITTEN = frozenset(
    {"text", "reply_text", "subject", "body", "html", "raw", "content", "excerpt", "payload", "snippet"}
)
IN_URL = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@")
IN_URL_HIDDEN = r"\1:***@"
# What could forge a line or steer the terminal that shows it: controls, line ends, marks that turn the reading direction.
STEERS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
LONGEST = 500
MOST_ITEMS = 50
MOST_FRAMES = 12
# At their lower levels these write down whole messages and commands, and addresses with a token in them.
TALKATIVE = (
    "aiosmtpd",
    "apprise",
    "asyncio",
    "httpcore",
    "httpx",
    "imapclient",
    "mail.log",
    "pymap",
    "sqlalchemy",
    "telegram",
    "urllib3",
)
# Quiet unless something is wrong with them.
QUIET = ("alembic", "dramatiq")


def set_up_logs(*, level: str | None = None, form: str | None = None, stream: TextIO | None = None) -> None:
    """Route structlog and the standard library's logging to `stream` (standard error). The last call holds.

    `level` is one of LEVELS (else $VENTANILLA_LOG_LEVEL, else info). `form` is "json" or "human" (else $VENTANILLA_LOG, else human
    on a terminal and JSON elsewhere). Another value counts as not given: logs must not keep a service from starting.
    """
    import structlog

    stream = stream or sys.stderr
    threshold = _threshold(level)
    clean: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _brief_exception,
        _clean,
    ]
    structlog.configure(
        processors=[*clean, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=clean,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form, stream)],
        )
    )
    logging.basicConfig(handlers=[handler], level=threshold, force=True)
    logging.captureWarnings(True)
    _quieten(threshold)


def _threshold(level: str | None) -> int:
    for asked in (level, os.environ.get(LEVEL)):
        if asked and asked.lower() in LEVELS:
            return int(getattr(logging, asked.upper()))
    return logging.INFO


def _quieten(threshold: int) -> None:
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    for name in QUIET:
        logging.getLogger(name).setLevel(threshold if threshold == logging.DEBUG else max(threshold, logging.WARNING))


def _renderer(form: str | None, stream: TextIO) -> Any:
    import structlog

    for asked in (form, os.environ.get(FORM)):
        if asked in ("json", "human"):
            break
    else:
        asked = "human" if stream.isatty() else "json"
    if asked == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    # The default formatter of exceptions prints local variables. It has nothing left to print here; this one would not either.
    return structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)


def _brief_exception(logger: Any, method: str, event: EventDict) -> EventDict:
    """Exceptions as types, first lines and places. The rest of a message may quote what somebody wrote: SQLAlchemy adds the
    parameters of a statement, PostgreSQL the row."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["exception"] = brief(found)
    return event


def brief(error: BaseException) -> str:
    """`error`, what caused it and where, one a line; of every message the first line only, cut short."""
    lines = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(_first_line(seen))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    places = [f"  at {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join((" <- ".join(lines), *places))


def _first_line(error: BaseException) -> str:
    said = _plain(str(error).partition("\n")[0][:200])
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _clean(logger: Any, method: str, event: EventDict) -> EventDict:
    """Every value made harmless: see SECRET, WRITTEN and LONGEST."""
    kept = ("exception", "level", "timestamp", "logger")
    for name, value in event.items():
        if name == "event":
            event[name] = _cut(_plain(str(value)))
        elif name in kept or name.startswith("_"):
            event[name] = IN_URL.sub(IN_URL_HIDDEN, value) if isinstance(value, str) else value
        else:
            event[name] = harmless(name, value)
    return event


def harmless(name: str, value: Any) -> Any:
    """`value` as it may be written under `name`: short, without secrets, never what a customer wrote."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if SECRET.search(name):
        return "***"
    if name.lower() in WRITTEN:
        return f"withheld ({len(value)})" if hasattr(value, "__len__") else "withheld"
    if isinstance(value, Mapping):
        return {_plain(str(key)): harmless(str(key), each) for key, each in list(value.items())[:MOST_ITEMS]}
    if isinstance(value, list | tuple | Set):
        return [harmless(name, each) for each in list(value)[:MOST_ITEMS]]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} bytes"
    if isinstance(value, BaseException):
        return _first_line(value)
    return _cut(_plain(str(value)))


def _plain(text: str) -> str:
    """A text on one line, with nothing in it that a terminal obeys, and without the password of an address."""
    return IN_URL.sub(IN_URL_HIDDEN, STEERS.sub(" ", text))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
