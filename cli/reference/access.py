"""docs/reference/kafka-access.md: who may do what on Kafka."""

from __future__ import annotations

from cli.reference.table import made_from, table
from shared.messaging.access import Grant, Pattern, Resource
from shared.messaging.access import table as grants

INTRO = """# Access on Kafka

Every permission there is, for an integrator `acme` whose agreement names `casework.case.v1`. What is not here is refused. TLS and
SCRAM-SHA-512 (`SASL_SSL`); one principal per kind of process and per integrator. Apis never speak Kafka and have none.

`./gabay acl apply` makes a cluster's lists equal to this table, `./gabay acl check` compares them; `./gabay up --secure` starts the
embedded broker with them. `tests/integration/access/test_matrix.py` tries every principal on every topic.

A name that ends in `*` means every name that begins so; `*` alone means all.

"""


def page() -> str:
    """The whole page."""
    rows = []
    for principal in dict.fromkeys(grant.principal for grant in _table()):
        mine = [grant for grant in _table() if grant.principal == principal]
        for resource in Resource:
            for name in dict.fromkeys(_name(grant) for grant in mine if grant.resource is resource):
                may = [
                    grant.operation.name.replace("_", " ").capitalize()
                    for grant in mine
                    if grant.resource is resource and _name(grant) == name
                ]
                rows.append((f"`{principal}`", resource.name.lower(), f"`{name}`", ", ".join(may)))
    return made_from("`shared/messaging/access.py`") + INTRO + table(("Principal", "On", "Name", "May"), rows)


def _table() -> tuple[Grant, ...]:
    return grants({"acme": ("casework.case.v1",)})


def _name(grant: Grant) -> str:
    return f"{grant.name}*" if grant.pattern is Pattern.PREFIXED else grant.name
