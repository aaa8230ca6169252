"""What a process imports it holds for as long as it runs: nothing that only others need."""

import json
import subprocess
import sys

from tests.architecture.sources import ROOT, SERVICES

# The HTTP layer is 22 MiB in each worker, a client of HTTP brings a command line with it, charts and workbooks are more.
HEAVY = {"fastapi", "starlette", "httpx", "jinja2", "altair", "numpy", "xlsxwriter", "rapidfuzz", "rich"}


def test_workers_and_issuer_import_only_what_they_do() -> None:
    modules = ", ".join([*(f"services.{service}.worker" for service in SERVICES), "shared.http.issuer"])
    code = f"import sys, json, {modules}; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert not HEAVY & set(json.loads(answer.stdout))
