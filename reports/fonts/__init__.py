"""The letters that our PDFs are set in: DejaVu Sans (LICENSE.txt), brought along because no machine's own can be counted on."""

from __future__ import annotations

from pathlib import Path

REGULAR = Path(__file__).with_name("DejaVuSans.ttf")
BOLD = Path(__file__).with_name("DejaVuSans-Bold.ttf")
