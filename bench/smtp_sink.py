"""`python -m bench.smtp_sink PORT`: an SMTP server that takes every mail and forgets it, so that taking costs next to nothing."""

from __future__ import annotations

import asyncio
import sys

_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n",
    b"AUTH": b"235 2.7.0 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink ESMTP\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        writer.write(_ANSWERS.get(word, b"250 2.0.0 ok\r\n"))
        if word == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 2.0.0 taken\r\n")
        if word == b"QUIT":
            break
    writer.close()


async def main(port: int) -> None:
    """Serve on loopback until killed."""
    server = await asyncio.start_server(_talk, "127.0.0.1", port, limit=60_000_000)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
