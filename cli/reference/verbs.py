"""docs/reference/cli.md: every verb of `gabay` and its own help."""

from __future__ import annotations

import importlib
import re
from typing import Any

from cli.app import VERBS, command_of
from cli.reference.table import made_from, table

INTRO = """# Command line

`./gabay VERB [options]`, from any folder. Exit status: 0 done, 1 refused or failed (a sentence says why), 2 misspelt,
3 the stack is not running (`status`), 78 the configuration does not describe a process that may start.

"""


def page() -> str:
    """The whole page."""
    text = made_from("`cli/app.py`") + INTRO
    for title, verbs in VERBS.items():
        text += (
            f"## {title}\n\n"
            + table(("Verb", "Does"), [(f"[`{verb}`](#gabay-{verb})", words) for verb, (_, words) in verbs.items()])
            + "\n"
        )
    for verbs in VERBS.values():
        for verb, (target, _) in verbs.items():
            text += f"## gabay {verb}\n\n```text\n{_help(verb, target)}\n```\n\n"
    return text.rstrip() + "\n"


def _help(verb: str, target: str) -> str:
    module_name, _, name = target.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        return "not part of this release yet"
    return "\n\n".join(_texts(command_of(found), f"gabay {verb}"))


def _texts(command: Any, name: str) -> list[str]:
    """The help of a command, and of the commands below it; the same on any terminal."""
    context = command.make_context(name, [], resilient_parsing=True)
    context.max_content_width = context.terminal_width = 110
    context.color = False
    plain = re.sub(r"\x1b\[[0-9;]*m", "", context.get_help())
    texts = ["\n".join(line.rstrip() for line in plain.strip().splitlines())]
    for each in getattr(command, "commands", {}).values():
        if not each.hidden:
            texts += _texts(each, f"{name} {each.name}")
    return texts
