"""Knows whether a text is an Apprise address; loads that library (0.3 s) only when there is one to look at."""

from __future__ import annotations

import logging
import warnings


def is_apprise(target: str) -> bool:
    """Whether Apprise knows the address's kind and can read it. Nothing is sent, and nothing logged: it holds a password."""
    logger = logging.getLogger("apprise")
    was_disabled = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it imports imghdr, which Python 3.13 drops
            import apprise

            return apprise.Apprise.instantiate(target, suppress_exceptions=True) is not None
    finally:
        logger.disabled = was_disabled
