"""The client package as its users have it: on the path under its own name, with nothing of Gabay beside it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "shared" / "client"))
