"""A worker looks for what fell due within the last hour: what fell due while none ran never rings."""

from types import SimpleNamespace

from shared.messaging import timers


def plant() -> None:
    recent = "where t.rings_at > $2::timestamptz - interval '1 hour' and t.running"
    timers.SQL = SimpleNamespace(due=timers.SQL.due.replace("where t.running", recent))
