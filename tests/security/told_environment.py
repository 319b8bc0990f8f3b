"""Reads nothing, and dies where it finds the secret of its parent in its environment."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    sys.exit(os.environ.get("TELEGRAM_TOKEN") is not None)
