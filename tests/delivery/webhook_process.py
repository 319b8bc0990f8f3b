"""Writes and delivers outbound webhooks until it is killed. Arguments: the settings file."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from cli.assembly import Service
from cli.staffing import deliverer
from config.load import load_config
from config.opening import open_configured_store
from router.house import open_house
from router.timekeeping.keeper import catch_up
from router.webhooks_out.writing import write_webhooks
from ventanilla.store.engine import Store


def service_of(path: Path) -> Service:
    """The house of this file, as its processes join it."""
    from cli.assembly import service_now

    loaded = load_config(path)
    store: Store = open_configured_store(loaded.config)
    with store.write() as connection:
        return Service(loaded=loaded, store=store, house=open_house(connection, loaded.config, now=service_now()))


def main() -> None:
    """Until killed."""
    from cli.assembly import service_now

    service = service_of(Path(sys.argv[1]))
    stop = threading.Event()
    threading.Thread(target=deliverer(service, stop).run, daemon=True).start()
    while not stop.wait(0.02):
        catch_up(service.store, service.house, now=service_now())
        write_webhooks(service.store, service.house, now=service_now())


if __name__ == "__main__":
    main()
