"""What the town's people say aloud: recordings of nothing, in the forms in which the providers hand them out. Pure."""

from __future__ import annotations

import struct

_MP3_FRAMES_A_SECOND = 44_100 / 1152
_OPUS_FRAME, _OPUS_SAMPLES = b"\xf8\xff\xfe", 960  # 20 ms of silence (RFC 6716), at 48 kHz
_OPUS_FRAMES_A_PAGE = 50


def silence_mp3(seconds: int) -> bytes:
    """MPEG-1 Layer III, 32 kbit/s, mono: a frame whose side information is all zero is silent (ISO 11172-3)."""
    frame = b"\xff\xfb\x10\xc4" + bytes(100)
    return frame * max(1, round(seconds * _MP3_FRAMES_A_SECOND))


def silence_opus(seconds: int) -> bytes:
    """Opus in Ogg (RFC 7845), as Telegram's voice messages are."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"demo" + struct.pack("<I", 0)
    pages = [_page(0, [head], granule=0, flags=2), _page(1, [tags], granule=0)]
    frames = max(1, seconds * 50)
    for start in range(0, frames, _OPUS_FRAMES_A_PAGE):
        count = min(_OPUS_FRAMES_A_PAGE, frames - start)
        granule = (start + count) * _OPUS_SAMPLES
        is_last = start + count == frames
        pages.append(_page(len(pages), [_OPUS_FRAME] * count, granule=granule, flags=4 if is_last else 0))
    return b"".join(pages)


def _page(number: int, packets: list[bytes], *, granule: int, flags: int = 0) -> bytes:
    """One page of Ogg (RFC 3533); each packet is shorter than 255 bytes."""
    head = b"OggS" + struct.pack("<BBqII", 0, flags, granule, 1, number)
    table = bytes([len(packets), *map(len, packets)])
    body = b"".join(packets)
    checksum = struct.pack("<I", _crc(head + bytes(4) + table + body))
    return head + checksum + table + body


def _crc(data: bytes) -> int:
    remainder = 0
    for byte in data:
        remainder ^= byte << 24
        for _ in range(8):
            remainder = (remainder << 1) ^ (0x04C11DB7 if remainder & 0x8000_0000 else 0)
        remainder &= 0xFFFF_FFFF
    return remainder
