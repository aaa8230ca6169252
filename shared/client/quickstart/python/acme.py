"""Services delivered, kept in acme.db: complete and without doubles, through crashes of anybody.

pip install "gabay-client[kafka]"; KAFKA_BOOTSTRAP=... python acme.py [--once]
With KAFKA_USERNAME: SASL_SSL, the password in the file KAFKA_PASSWORD_FILE, the authority in KAFKA_CA_FILE.
"""

import asyncio
import os
import sqlite3
import ssl
import sys
from pathlib import Path

from gabay_client import Fact, Reader, SQLite

db = sqlite3.connect("acme.db", isolation_level=None)
db.execute("create table if not exists service (id text primary key, subject text, code text, day text)")


def handle(fact: Fact) -> None:
    """Runs inside the reader's transaction: write with the same connection."""
    match fact.name:
        case "service-delivered":
            row = (fact.data["service_id"], fact.subject, fact.data["service_code"], fact.data["delivered_on"])
            db.execute("insert or ignore into service values (?, ?, ?, ?)", row)
        case "client-erased":  # your duty: the person is forgotten, here too
            db.execute("delete from service where subject = ?", (fact.stream,))


def security() -> dict[str, object]:
    if "KAFKA_USERNAME" not in os.environ:
        return {}
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": os.environ["KAFKA_USERNAME"],
        "sasl_plain_password": Path(os.environ["KAFKA_PASSWORD_FILE"]).read_text().strip(),
        "ssl_context": ssl.create_default_context(cafile=os.environ["KAFKA_CA_FILE"]),
    }


topics = os.environ.get("TOPICS", "casework.case.v1").split(",")
reader = Reader(SQLite(db), handle, topics=topics, consumer=os.environ.get("CONSUMER", "integrator.acme"))
asyncio.run(reader.run(once="--once" in sys.argv, bootstrap_servers=os.environ["KAFKA_BOOTSTRAP"], **security()))
print("services:", *db.execute("select count(*), count(distinct id) from service").fetchone())
