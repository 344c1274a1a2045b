"""The template environment and the content policies of the pages.

Every value is escaped; nothing on a page runs. ``FILE_POLICY`` allows exactly our own style, by
its digest, in a page that is opened from disk; ``CONTENT_POLICY`` is the header of a served page,
whose style comes from its own host.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from xcase.options import plain

STYLE = (resources.files("xcase.pages") / "style.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
FILE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
)
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def environment(package: str | None = None) -> Environment:
    """Return an environment that finds the templates of ``package`` and then the shared ones.

    A page extends ``base.html``, which needs ``style_href``: the address of the style sheet, or
    None to put the style and ``FILE_POLICY`` into the page itself. Filters: ``shown`` replaces
    characters that no page may carry, ``percent`` writes a probability.
    """
    loaders: list[BaseLoader] = [PackageLoader("xcase.pages")]
    if package is not None:
        loaders.insert(0, PackageLoader(package))
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["shown"] = plain
    made.filters["percent"] = percent
    made.globals["inline_style"] = STYLE
    made.globals["file_policy"] = FILE_POLICY
    return made


def percent(probability: float) -> str:
    """Return a probability as whole per cent."""
    return f"{probability:.0%}".replace("%", " %")
