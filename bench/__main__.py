"""`make bench`: measures the service as a whole and prints a table; `make bench ARGS="--only road"` a part of it.

examples:
  make bench                                             everything, on SQLite and PostgreSQL (about 12 minutes)
  make bench ARGS="--only floor,road --mails 1000"       mailbox to assigned, against the floor, with fewer mails
  make bench ARGS="--only latency --seconds 60"          arrival to assigned at three rates, a minute each
  make bench ARGS="--only soak --soak 1h"                an hour's steady load
  make bench ARGS="--engine sqlite --json bench.json"    one engine; the figures as JSON besides
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench import chats, desk, floor, killed_worker, latency, memory, next_agent, road, soak, stages
from bench.engines import CHOICES, Engine, engines
from bench.rows import Row, as_table, of_desk, write_json
from ventanilla.logs import set_up_logs

PARTS = ("floor", "road", "latency", "next-agent", "killed-worker", "memory", "soak", "stages", "chat", "desk")
BY_DEFAULT = tuple(part for part in PARTS if part != "stages")
FLOOR_MAILS = 500
ASSUMED_PEAK = 100.0
"""Mails a second of which the latencies take their share where the road is not measured in the same run."""


def main() -> int:
    """Measure and print; 1 when a goal was missed."""
    arguments = _arguments()
    set_up_logs(level="error")
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.folder)))
        for part, found in _measured(stack, folder, arguments):
            rows += found
            print(f"[{part}]\n{as_table(found)}\n", flush=True)
    print(as_table(rows))
    if arguments.json:
        write_json(rows, arguments.json, conditions=_conditions(arguments))
    return int(any(row.met is False for row in rows))


def _measured(stack: ExitStack, folder: Path, arguments: argparse.Namespace) -> Iterator[tuple[str, list[Row]]]:
    """The parts that were asked for, each as soon as it is measured."""
    wanted = arguments.only
    parts = floor.shared(folder, count=min(arguments.mails, FLOOR_MAILS)) if "floor" in wanted else None
    for engine in engines(stack, arguments.engine):
        where, known, peak = folder / engine.name, None, arguments.peak
        if parts is not None:
            known = floor.measure(where / "floor", engine, parts, count=min(arguments.mails, FLOOR_MAILS))
            yield "floor", floor.rows(engine, known)
        if "road" in wanted:
            found, peak = road.measure(where / "road", engine, mails=arguments.mails, floor=known)
            yield "road", found
        for part, measure in _others(where, engine, arguments, peak or ASSUMED_PEAK).items():
            if part in wanted:
                yield part, measure()
    if "desk" in wanted and arguments.desk:
        yield "desk", of_desk(desk.measure(desk.settings(["--agents", str(arguments.desk)]))[0])


def _others(
    where: Path, engine: Engine, arguments: argparse.Namespace, peak: float
) -> dict[str, Callable[[], list[Row]]]:
    largest = arguments.cases
    sizes = [size for size in next_agent.SIZES if size[1] <= largest]
    return {
        "latency": lambda: latency.measure(
            where / "latency", engine, seconds=arguments.seconds, peak=peak, singles=arguments.single
        ),
        "next-agent": lambda: next_agent.measure(where / "next", engine, sizes=sizes),
        "killed-worker": lambda: killed_worker.measure(where / "killed", engine, mails=400),
        "memory": lambda: memory.measure(where / "memory", engine),
        "soak": lambda: soak.measure(where / "soak", engine, seconds=arguments.soak),
        "stages": lambda: stages.measure(where / "stages", engine, count=400),
        "chat": lambda: chats.measure(where / "chat", engine, count=arguments.chat),
    }


def _conditions(arguments: argparse.Namespace) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "system": platform.platform(),
        **{name: value for name, value in vars(arguments).items() if name not in ("json", "folder")},
    }


def _parts(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f'no part is called "{unknown[0]}"; there are {", ".join(PARTS)}')
    return names


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if found is None:
        raise argparse.ArgumentTypeError(f'expected a time such as 90s, 10m or 1h, got "{text}"')
    return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--only", type=_parts, default=BY_DEFAULT, metavar="PARTS", help=f"some of {', '.join(PARTS)}, by commas")
    add("--engine", choices=CHOICES, default="both", help="the store to measure on")
    add("--mails", type=int, default=5000, help="how many wait in the mailbox (default 5000)")
    add("--seconds", type=_seconds, default=20.0, help="how long each rate of the latencies is offered (default 20s)")
    add("--peak", type=float, default=0.0, help="mails a second to take shares of, where the road is not measured")
    add("--single", type=int, default=25, help="mails handed to the mail server one by one (default 25)")
    add("--cases", type=int, default=1_000_000, help="the largest number of open cases for next-agent")
    add("--soak", type=_seconds, default=45.0, help="how long the soak lasts (default 45s)")
    add("--chat", type=int, default=50, help="chat messages by each way (default 50)")
    add("--desk", type=int, default=200, help="how many people are at the desk (default 200)")
    add("--json", type=Path, metavar="FILE", help="write the figures and the conditions there too")
    add("--folder", type=Path, help="where stores are made (default: the system's folder for temporary files)")
    return parser.parse_args()


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"\n{(time.monotonic() - began) / 60:.1f} minutes")
    raise SystemExit(code)
