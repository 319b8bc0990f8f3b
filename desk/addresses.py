"""Which addresses lead somewhere on the desk, for whoever sends a browser on. Knows no page."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_ours(url: str) -> bool:
    """Whether an address given to be gone to afterwards stays on the desk: a path and nothing else."""
    parts = urlsplit(url)
    return (
        url.startswith("/") and not url.startswith("//") and not parts.scheme and not parts.netloc and "\\" not in url
    )
