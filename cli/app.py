"""The verbs of `gabay`: one table, from which a verb's module is imported only when it is called.

A new verb is a line here and a function with typer annotations (or a `typer.Typer` for a group of verbs) in a module of
its own. Every failure that Gabay raises on purpose ends as a sentence and an exit status: 1, or 78 for the configuration.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from typing import Any

VERBS: dict[str, dict[str, tuple[str, str]]] = {
    "The stack on this machine": {
        "up": ("cli.stack:up", "start everything (--detach: and return)"),
        "down": ("cli.stack:down", "stop everything"),
        "status": ("cli.stack:status", "each part: address, state, age"),
        "logs": ("cli.stack:logs", "what a part wrote (-f: and writes)"),
        "reset": ("cli.stack:reset", "delete the stack's data"),
        "doctor": ("cli.stack:doctor", "what this machine lacks, and how to mend it"),
    },
    "See it work": {
        "demo": ("cli.demo:demo", "register people and compare the figures with a published table"),
        "token": ("cli.token:token", "a development token for calling the API"),
        "test": ("cli.test:test", "run the tests (--quick, --long, paths)"),
        "lint": ("cli.test:lint", "run the linters"),
        "lock": ("cli.lock:lock", "pin packages and jars by hash"),
        "docs": ("cli.docs:docs", "write the generated reference pages (--check)"),
        "sbom": ("cli.sbom:sbom", "what this release is made of (CycloneDX)"),
        "messages": ("cli.messages:messages", "what refusals say, in three languages (--check)"),
        "bench": ("cli.bench:bench", "measure, against the yardsticks of the performance chapter"),
    },
    "Operate": {
        "config": ("cli.config:config", "every setting of a process, secrets masked"),
        "access": ("cli.access:access", "grants of staff and devices"),
        "directory": ("cli.directory:directory", "the service directory as HSDS files: export, import"),
        "topics": ("cli.topics:topics", "the topics and their creation; watching one"),
        "acl": ("cli.acl:acl", "who may do what on Kafka: apply the table, check it"),
        "webhooks": ("cli.webhooks:webhooks", "facts by HTTP for an integrator without Kafka"),
        "contracts": ("cli.contracts:contracts", "schemas and records that integrators rely on: release, diff"),
        "parked": ("cli.parked:parked", "streams that a consumer set aside"),
        "releases": ("cli.releases:releases", "what was published: list, freeze, publish, verify, diff"),
        "statistics": ("cli.statistics:statistics", "secrets of the gate; the public pages as files; the surge watch tried"),
        "bulletin": ("cli.documents:bulletin", "the bulletin of a quarter or a year, as PDF"),
        "pack": ("cli.documents:pack", "what a sub-committee gets of a release, as PDF"),
        "flow": ("cli.documents:flow", "the flow of a month on one page, as PDF"),
        "rebuild": ("cli.rebuild:rebuild", "regrow a read model beside the old one"),
        "replay": ("cli.replay:replay", "send stored facts once more, to one consumer"),
        "republish": ("cli.replay:republish", "send a service's facts once more, to all"),
        "consumers": ("cli.replay:consumers", "who reads what; rewind one"),
        "backup": ("cli.backup:backup", "copies of this machine's stack: create, wal, list, verify, prune"),
        "restore": ("cli.backup:restore", "bring a backup back, with all that has to follow"),
        "recover": ("cli.recovery:recover", "take back from the topics what a restored store lost"),
        "manifests": ("cli.manifests:manifests", "write the files for containers and clusters (--check)"),
        "region": ("cli.manifests:region", "a new region: its file and its overlay"),
        "keyring": ("cli.keyring:keyring", "wrap keys anew; after a restore, the forgotten stay forgotten"),
        "erase": ("cli.erase:erase", "forget a person: request, approve, status, proof"),
        "export": ("cli.export:export", "what is held on a person, as JSON and PDF"),
        "rights": ("cli.rights:rights", "what people asked about their own data: list, answered"),
        "retention": ("cli.retention:retention", "how long what is kept: rules, plan, report"),
        "breach": ("cli.breach:breach", "a leak: who was exposed, drafts of notices, the clock"),
        "audit": ("cli.audit:audit", "whether the access log was touched; packages with known flaws"),
        "drill": ("cli.drill:drill", "restore the last backup beside the stack, compare, and measure"),
    },
    "Single processes": {
        "serve": ("cli.process:serve", "the API of a service"),
        "work": ("cli.process:work", "the worker of a service"),
        "live": ("cli.process:live", "the live board of a service"),
        "migrate": ("cli.migrate:migrate", "bring a database to this release's schema"),
        "issuer": ("cli.process:issuer", "the local issuer of development tokens"),
    },
}
HIDDEN = {"prepare": ("cli.process:prepare", "what `up` runs before the services")}
ALL = {verb: target for group in VERBS.values() for verb, (target, _) in group.items()} | {k: v for k, (v, _) in HIDDEN.items()}


def main(arguments: list[str]) -> int:
    """Run one verb; returns the exit status."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        if len(arguments) > 1 and arguments[0] == "help":
            return main([arguments[1], "--help"])
        print(overview())
        return 0
    verb, rest = arguments[0], arguments[1:]
    if verb == "--version":
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(version("gabay"))
        except PackageNotFoundError:
            print("gabay, from its source folder")
        return 0
    if verb not in ALL:
        near = difflib.get_close_matches(verb, [name for name in ALL if name not in HIDDEN], 1)
        print(f"gabay: there is no verb {verb!r}{f'; did you mean {near[0]}?' if near else ''} (gabay --help lists them)", file=sys.stderr)
        return 2
    try:
        return _call(verb, rest)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except Exception as error:
        if verb not in VERBS["Single processes"] and (reason := _outside(error)):
            print(f"gabay: {reason}", file=sys.stderr)
            return 1
        return _told(error)


def overview() -> str:
    lines = ["Gabay: case management for migrants and the agencies that help them.", "", "usage: gabay VERB [options]", ""]
    for title, verbs in VERBS.items():
        lines += [f"{title}:", *(f"  {verb:<9} {text}" for verb, (_, text) in verbs.items()), ""]
    return "\n".join([*lines, "gabay VERB --help says more about one of them. Begin with: gabay demo"])


def _call(verb: str, arguments: list[str]) -> int:
    module_name, _, name = ALL[verb].partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        print(f"gabay: {verb} is not part of this release yet", file=sys.stderr)
        return 2
    target = getattr(module, name)
    plain = len(arguments) < 2 and not any(argument.startswith("-") for argument in arguments)
    if module_name == "cli.process" and plain and len(arguments) == target.__code__.co_argcount:
        # A process of a service keeps what it imports for ever: the command line's 10 MiB are not imported into it.
        target(*arguments)
        return 0
    return _through_typer(verb, target, arguments)


def _through_typer(verb: str, target: Any, arguments: list[str]) -> int:
    result = command_of(target).main(args=arguments, prog_name=f"gabay {verb}", standalone_mode=False)
    return result if isinstance(result, int) else 0


def command_of(target: Any) -> Any:
    """The command of a verb: of a function with typer's annotations, or of a group of verbs."""
    import typer

    if isinstance(target, typer.Typer):
        app = target
    else:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command(context_settings=getattr(target, "context_settings", None))(target)
    command = typer.main.get_command(app)
    _keep_examples(command)
    return command


def _keep_examples(command: Any) -> None:
    """A paragraph of examples keeps its lines; any other is set anew to the width of the terminal."""
    told = (command.help or "").split("\n\n")
    command.help = "\n\n".join(f"\b\n{part}" if part.lstrip().startswith(("gabay ", "TOKEN=")) else part for part in told)
    for each in getattr(command, "commands", {}).values():
        _keep_examples(each)


def _outside(error: Exception) -> str:
    """What is wrong outside of this program, in a sentence: a part that is away, a file that can't be used; else nothing."""
    name, module = type(error).__name__, type(error).__module__
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if name == "KafkaConnectionError":
        part = "Kafka"
    elif module.startswith("httpx") and name in ("ConnectError", "ConnectTimeout", "ReadTimeout"):
        part = "the service that was asked"
    elif isinstance(error, ConnectionError) or type(error) is FileNotFoundError:  # a socket of Postgres names no file
        part = "a database"
    else:
        return ""
    return f"{part} does not answer: is it up, and is its address right? ./gabay status, ./gabay config"


def _told(error: Exception) -> int:
    """Errors on purpose are told in their own words; others keep their traceback."""
    name, module = type(error).__name__, type(error).__module__
    if name == "Misconfigured":
        print(f"gabay: this process may not start:\n{error}", file=sys.stderr)
        return 78
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        return _told(error.exceptions[0])  # type: ignore[arg-type]  # of an ExceptionGroup they are exceptions
    if name == "StackProblem" or any(base.__module__ == "shared.errors" for base in type(error).__mro__):
        print(f"gabay: {error}", file=sys.stderr)
        return 1
    if module.startswith("typer") and hasattr(error, "exit_code"):
        show = getattr(error, "show", None)
        if show is not None:
            show()
        return int(error.exit_code)
    raise error
