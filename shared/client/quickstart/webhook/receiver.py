"""A receiver of webhooks: checks the signature, keeps each fact once and in order, answers when it is written.

WEBHOOK_SECRET_FILE=secret PORT=8099 python receiver.py
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRET = base64.b64decode(Path(os.environ["WEBHOOK_SECRET_FILE"]).read_text().split()[0].removeprefix("whsec_"))
OLDEST = 300  # seconds: an older delivery may be one that somebody has recorded
LARGEST = 2 << 20


def genuine(headers: dict[str, str], body: bytes) -> bool:
    """Signed with our secret, and lately."""
    try:
        recent = abs(time.time() - int(headers["webhook-timestamp"])) <= OLDEST
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(SECRET, content, hashlib.sha256).digest()).decode()
        given = [each.removeprefix("v1,") for each in headers["webhook-signature"].split()]
    except (KeyError, ValueError):
        return False
    return recent and any(hmac.compare_digest(wanted.encode(), each.encode()) for each in given)


def store(event: dict[str, object]) -> int:
    """Keep a fact; the status to answer. Your business goes inside the transaction."""
    db = sqlite3.connect("receiver.db", isolation_level=None, timeout=10)
    db.execute("create table if not exists fact (stream text, version int, type text, data text, primary key (stream, version))")
    db.execute("begin immediate")
    stream, version = event["subject"], int(str(event["sequence"]))
    last = db.execute("select coalesce(max(version), 0) from fact where stream = ?", (stream,)).fetchone()[0]
    status = 204
    if version == last + 1:
        db.execute("insert into fact values (?, ?, ?, ?)", (stream, version, event["type"], json.dumps(event["data"])))
    elif version > last:
        # A fact of this stream is missing: only if you take all types is that a fault. Answer 409, and it comes again.
        status = 409 if os.environ.get("ALL_TYPES") else 204
        if status == 204:
            db.execute("insert into fact values (?, ?, ?, ?)", (stream, version, event["type"], json.dumps(event["data"])))
    db.execute("commit")  # before the answer: what was answered is never sent again
    db.close()
    return status


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        if not 0 < length <= LARGEST:
            return self.answer(413)
        body = self.rfile.read(length)
        if not genuine({name.lower(): value for name, value in self.headers.items()}, body):
            return self.answer(401)
        return self.answer(store(json.loads(body)))

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """What comes in is nobody's business."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8099"))), Receiver).serve_forever()
