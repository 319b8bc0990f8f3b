"""The example's channel passes the suite that every channel passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.source_suite import HintSuite, SourceSuite
from tests.entry_points.folder_channel import FolderChannel


@pytest.mark.usefixtures("example_on_path")
class TestFolder(SourceSuite, HintSuite):
    """Against a real folder."""

    @pytest.fixture
    def channel(self, tmp_path: Path) -> FolderChannel:
        """A folder with a mark that is hard to quote."""
        return FolderChannel(tmp_path)
