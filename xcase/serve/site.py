"""The pages: forms and links, no script. Each asks what the API asks, and shows it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xcase.casebase import CaseBase
from xcase.errors import UsageError
from xcase.pages import STYLE, case_view, environment
from xcase.records import OUTCOME_TYPES, POLARITIES
from xcase.serve import views
from xcase.serve.config import MOST_ROWS
from xcase.serve.cursors import next_link, page_of
from xcase.serve.forms import CasesQuery, SearchForm, TransferForm
from xcase.serve.guard import COOKIE, is_token, session_of
from xcase.serve.problems import OURS, title
from xcase.serve.service import each_once, service_of
from xcase.taxonomy import load_industries, load_skills

router = APIRouter(include_in_schema=False, dependencies=[Depends(each_once)])
OWN_STYLE = (resources.files("xcase.serve") / "site.css").read_text(encoding="utf-8")
CSS = STYLE + OWN_STYLE
STYLE_HREF = f"/style.css?v={hashlib.sha256(CSS.encode()).hexdigest()[:12]}"
# How long a browser stays logged in, in seconds.
LOGGED_IN = 12 * 3600
NAVIGATION = (
    ("/", "Search"),
    ("/cases", "Cases"),
    ("/transfer", "Transfer"),
    ("/suggest", "Suggest"),
    ("/api", "API"),
)
EXAMPLE = "I am a ward nurse. I do every task myself because I cannot delegate, and I want to lead."


class Html(Response):
    """A page; a half of a surrogate pair cannot break it."""

    media_type = "text/html"

    def render(self, content: Any) -> bytes:
        return str(content).encode("utf-8", "replace")


@router.get("/")
async def search_page(request: Request, asked: Annotated[SearchForm, Query()]) -> Response:
    """Search cases by what a mentee says."""

    def ask(base: CaseBase) -> dict[str, Any]:
        answer = base.similar(
            asked.text,
            k=asked.k,
            industry_from=asked.source,
            industry_to=asked.target,
            skill=asked.skill,
            outcome=asked.outcome,
            across=asked.across,
        )
        return {"found": list(views.case_lines(base, answer.records)), "notes": answer.notes}

    shown = await _asked(request, ask) if asked.text.strip() else _nothing()
    return _page(request, "search.html", asked=asked, example=EXAMPLE, **shown)


@router.get("/cases")
async def cases_page(request: Request, asked: Annotated[CasesQuery, Query()]) -> Response:
    """The list of cases, a page at a time."""
    version = service_of(request).version
    limit = min(asked.limit, MOST_ROWS)

    def ask(base: CaseBase) -> dict[str, Any]:
        found = base.find(
            industry_from=asked.source,
            industry_to=asked.target,
            skill=asked.skill,
            outcome=asked.outcome,
        )
        shown, following = page_of(found, version.id, limit, asked.cursor)
        return {
            "found": list(views.case_lines(base, shown)),
            "total": len(found),
            "next_href": _next(request, following),
        }

    shown = await _asked(request, ask, version.base)
    return _page(request, "cases.html", asked=asked, **{"total": 0, "next_href": "", **shown})


@router.get("/case")
async def case_page(request: Request, case_id: Annotated[str, Query(alias="id")]) -> Response:
    """One case with its phases, skills and outcomes marked."""

    def ask(base: CaseBase) -> dict[str, Any]:
        case = base.case(case_id)
        return {
            "view": case_view(case, base.document(case.document_id)),
            "like_href": views.like_address(base, case),
            "move": (case.industry_from, case.industry_to),
        }

    _, shown = await service_of(request).ask(ask)
    return _page(request, "case.html", **shown)


@router.get("/transfer")
async def transfer_page(request: Request, asked: Annotated[TransferForm, Query()]) -> Response:
    """Ask which skills carry over."""

    def ask(base: CaseBase) -> dict[str, Any]:
        answer = base.transfer(
            asked.source or None, asked.target or None, skill=asked.skill or None, k=asked.k
        )
        return {"found": list(views.skill_lines(base, answer.records)), "notes": answer.notes}

    wanted = asked.source or asked.target or asked.skill
    shown = await _asked(request, ask) if wanted else _nothing()
    return _page(request, "transfer.html", asked=asked, **shown)


@router.get("/suggest")
async def suggest_form(request: Request) -> Response:
    """The form for profiles."""
    return _page(request, "suggest.html", **_nothing())


@router.post("/suggest")
async def suggest_page(
    request: Request,
    mentees: Annotated[UploadFile, File()],
    mentors: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Suggestions for the profiles of a file."""
    left = await mentees.read()
    right = await mentors.read() if mentors is not None and mentors.filename else None

    def ask(base: CaseBase) -> dict[str, Any]:
        names = views.names_of(left, right)
        answer = base.suggest(left, mentors=right)
        told = views.advice(base, answer.records, *names)
        return {"found": list(told), "notes": answer.notes}

    return _page(request, "suggest.html", **await _asked(request, ask))


@router.get("/api")
async def api_page(request: Request) -> Response:
    """What programs may ask."""
    return _page(request, "api.html", described=request.app.openapi())


@router.get("/login")
async def login_form(request: Request) -> Response:
    """Ask for the token."""
    return _page(request, "login.html", error="")


@router.post("/login")
async def login(request: Request, token: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Let a browser in that knows the token."""
    known = service_of(request).config.token
    if not known or not is_token(token.strip(), known):
        return _page(request, "login.html", status=401, error="That is not the token.")
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE, session_of(known), max_age=LOGGED_IN, httponly=True, samesite="strict"
    )
    return answer


@router.get("/style.css")
async def style() -> Response:
    """The style of all pages."""
    return Response(CSS, media_type="text/css", headers={"Cache-Control": "max-age=86400"})


@router.get("/favicon.ico")
async def favicon() -> Response:
    """No icon: browsers ask for one, and an error would stand in their console."""
    return Response(status_code=204)


def error_page(status: int, detail: str) -> Response:
    """Return an error for a person."""
    return _rendered("error.html", status=status, here="", heading=title(status), detail=detail)


async def _asked(
    request: Request, ask: Callable[[CaseBase], dict[str, Any]], base: CaseBase | None = None
) -> dict[str, Any]:
    """Return what a page shows; a question that cannot be answered is told beside its form."""
    service = service_of(request)
    about = base or service.version.base
    try:
        return {**_nothing(), **await service.workers.run(ask, about), "asked_for": True}
    except OURS:
        raise
    except UsageError as error:
        return {**_nothing(), "error": str(error)}


def _nothing() -> dict[str, Any]:
    return {"found": [], "notes": (), "error": "", "asked_for": False}


def _next(request: Request, cursor: str | None) -> str:
    link = next_link("/cases", request.query_params.multi_items(), cursor).get("Link", "")
    return link.partition(">")[0].removeprefix("<")


def _page(request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
    service = service_of(request)
    version = service.live.version
    if values.get("error") and status == 200:
        status = 400
    return _rendered(
        name,
        status=status,
        here=request.url.path,
        base=version.base if version else None,
        industries=[i.label for i in load_industries()],
        skills=sorted(s.name for s in load_skills()),
        outcomes=[*POLARITIES, *OUTCOME_TYPES],
        **values,
    )


def _rendered(name: str, *, status: int, **values: Any) -> Html:
    shown: Mapping[str, Any] = {"style_href": STYLE_HREF, "navigation": NAVIGATION, **values}
    return Html(_templates().get_template(name).render(shown), status_code=status)


@functools.cache
def _templates() -> Any:
    return environment("xcase.serve")
