"""`gabay config`: every setting that a process would have, secrets masked."""

from typing import Annotated

import typer


def config(
    service: Annotated[str, typer.Option(help="intake, casework, referrals or reporting")] = "intake",
    process: Annotated[str, typer.Option(help="api, worker, live, migrate or issuer")] = "api",
) -> None:
    """Print the settings of one process as it would start now: name, value. Secrets show as ***.

    gabay config --service casework --process worker
    """
    from cli.process import settings_of

    for name, value in settings_of(service, process).masked().items():
        print(f"{name}={value}")
