"""SQL lives in .sql files, one idea each; Python names the file and never builds SQL from strings."""

from importlib.resources import files


class Statements:
    """The .sql files of a package as attributes: `SQL.acknowledge` is the text of `acknowledge.sql`."""

    def __init__(self, package: str) -> None:
        self._texts = {
            entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
            for entry in files(package).iterdir()
            if entry.name.endswith(".sql")
        }
        self._package = package

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(f"{self._package} has no {name}.sql") from None

    def __contains__(self, name: str) -> bool:
        return name in self._texts


def statements(package: str | None) -> Statements:
    """Read all .sql files beside a module once: `SQL = statements(__package__)`."""
    if not package:
        raise ValueError("statements() needs the name of a package")
    return Statements(package)
