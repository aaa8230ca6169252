"""The one look of all pages: base template, style sheet, content security policy. Nothing is loaded, nothing needs a script.

A page of another package extends `base.html` and gets its own templates by `Look("services.reporting.dashboard")`.
"""

import base64
import hashlib
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pydantic import Field

from services.reporting.pages.text import TEXTS
from services.reporting.pages.words import LANGUAGES, NATIVE

MEDIA = "text/html; charset=utf-8"
THEMES = ("", "light", "dark")

Lang = Annotated[str, Field(pattern=r"^$|^(en|fr|fil)$", max_length=3, description="Language; wins over Accept-Language.")]
Theme = Annotated[str, Field(pattern=r"^$|^(light|dark)$", max_length=5, description="Light or dark; empty: as the device says.")]


class Look:
    """package: whose templates are looked for first."""

    def __init__(self, package: str) -> None:
        own = [PackageLoader(package)] if package != __package__ else []
        self._templates = Environment(
            loader=ChoiceLoader([*own, PackageLoader("services.reporting.pages")]), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        # By name of the package: a style sheet beside a page's own templates is another page's.
        style = files("services.reporting.pages").joinpath("templates/style.css").read_text(encoding="utf-8")
        self._style = Markup(style)  # noqa: S704  # our own file
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self.policy = f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    def page(self, template: str, *, path: str, lang: str, theme: str, asked: dict[str, str], **more: Any) -> bytes:
        """path: of this page; asked: its query without language and theme, which the switches keep."""

        def switched(**change: str) -> str:
            query = {"lang": lang, "theme": theme, **asked, **change}
            kept = urlencode({name: value for name, value in query.items() if value})
            return f"{path}?{kept}" if kept else path

        def to(place: str, **query: str) -> str:
            """A link to another page that keeps language and theme."""
            kept = urlencode({name: value for name, value in {**query, "lang": lang, "theme": theme}.items() if value})
            place, _, fragment = place.partition("#")
            return place + (f"?{kept}" if kept else "") + (f"#{fragment}" if fragment else "")

        return self._templates.get_template(template).render(
            b=TEXTS[lang], lang=lang, languages=LANGUAGES, native=NATIVE, themes=THEMES, theme=theme, style=self._style, path=path,
            switched=switched, to=to, **more,
        ).encode()  # fmt: skip

    def headers(self, *, private: bool) -> dict[str, str]:
        """Of an answer: what the page may do, and who may keep it."""
        return {
            "Content-Security-Policy": self.policy,
            "Cache-Control": "private, no-store" if private else "public, max-age=300",
            "Vary": "Authorization, Accept-Language",
        }
