"""Knows the settings of a folder channel: [channels.NAME] with kind = "folder"."""

from __future__ import annotations

from typing import Literal

from config.channel import AnchoredPath, ChannelSettings, Secret


class FolderSettings(ChannelSettings):
    """`inbox` is where messages are dropped, `outbox` where ours are written. `mark` is what the file `.mark` in the inbox must
    hold: a share that is not mounted, or a mistyped path, is then never taken for the folder that was meant."""

    kind: Literal["folder"] = "folder"
    inbox: AnchoredPath
    outbox: AnchoredPath
    mark: Secret | None = None
