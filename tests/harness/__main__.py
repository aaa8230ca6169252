"""One process of the product, with a planted bug in it if so asked.

python -m tests.harness serve|work|live SERVICE [--plant NAME | --plants FILE] [--settings FILE]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
from pathlib import Path

from cli import process
from tests.harness.clock import CLOCK, move_clock, sleep_a_day
from tests.harness.proxy import ROUTE, reroute_kafka


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.harness", description="One process of the product, with a planted bug.")
    parser.add_argument("verb", choices=("serve", "work", "live"))
    parser.add_argument("service", choices=process.SERVICES)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--plant", metavar="NAME", default="", help="a module of tests/planted; its plant() runs before the process starts")
    which.add_argument("--plants", metavar="FILE", type=Path, help="a file that holds the NAME for this start; absent or empty: none")
    parser.add_argument("--settings", metavar="FILE", type=Path, help="a JSON object of variables for this start; absent: none")
    asked = parser.parse_args()
    if asked.settings and asked.settings.exists():
        os.environ.update(json.loads(asked.settings.read_text()))
    if CLOCK in os.environ:
        move_clock(float(os.environ[CLOCK]))
    sleep_a_day()
    if ROUTE in os.environ:
        reroute_kafka(os.environ[ROUTE])
    name = asked.plants.read_text().strip() if asked.plants and asked.plants.exists() else asked.plant
    if name:
        importlib.import_module(f"tests.planted.{name}").plant()
    {"serve": process.serve, "work": process.work, "live": process.live}[asked.verb](asked.service)


if __name__ == "__main__":
    main()
