"""The HTTP API: the questions of the commands, answered with the same records as ``--json``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from xcase import records
from xcase.match.records import Matching
from xcase.serve.cursors import next_link, page_of
from xcase.serve.examples import bodies, query
from xcase.serve.forms import (
    CasesQuery,
    MatchBody,
    PageQuery,
    Person,
    SimilarOptions,
    SimilarQuery,
    SuggestBody,
    TransferQuery,
)
from xcase.serve.openapi import ERRORS, answered
from xcase.serve.service import each_once, reply, service_of
from xcase.taxonomy import load_industries, load_skills
from xcase.taxonomy.entries import Industry, Skill

router = APIRouter(prefix="/api", responses=ERRORS, dependencies=[Depends(each_once)])


class Suggestion(TypedDict):
    """What is suggested to one mentee; each list is best first."""

    mentee_id: str
    skills: list[dict[str, Any]]
    transfers: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    mentors: list[dict[str, Any]]
    missing: list[str]


@router.get(
    "/similar",
    response_model=list[records.SimilarCase],
    responses=answered("similar"),
    tags=["questions"],
)
async def similar(request: Request, asked: Annotated[SimilarQuery, Query()]) -> Response:
    """Cases that resemble what a mentee says, each with its reasons.

    `score` is the sum of their `weight * value`. Notes on what was not told stand in `Xcase-Notes`.
    """
    return await _similar(request, asked.text, asked)


@router.post(
    "/similar",
    response_model=list[records.SimilarCase],
    responses=answered("similar"),
    tags=["questions"],
)
async def similar_to_profile(
    request: Request,
    profile: Annotated[Person, bodies("profile")],
    asked: Annotated[SimilarOptions, Query()],
) -> Response:
    """Cases that resemble a mentee's profile."""
    return await _similar(request, profile.told(), asked)


@router.get(
    "/transfer",
    response_model=list[records.Transfer],
    responses=answered("transfer"),
    tags=["questions"],
)
async def transfer(request: Request, asked: Annotated[TransferQuery, Query()]) -> Response:
    """Skills that carry over from one industry to another, with evidence and a verdict."""
    return await _transfer(request, None, asked)


@router.post(
    "/transfer",
    response_model=list[records.Transfer],
    responses=answered("transfer"),
    tags=["questions"],
)
async def transfer_of_profile(
    request: Request,
    profile: Annotated[Person, bodies("profile")],
    asked: Annotated[TransferQuery, Query()],
) -> Response:
    """The same about one person, whose skills and industries fill in what is left open."""
    return await _transfer(request, profile.told(), asked)


@router.post(
    "/suggest",
    response_model=list[Suggestion],
    responses=answered("suggest"),
    tags=["questions"],
)
async def suggest(
    request: Request,
    body: Annotated[SuggestBody, bodies("suggest")],
    k: Annotated[int, Query(ge=1, le=20, description="Entries in each list.")] = 5,
) -> Response:
    """For each mentee skills to work on, transfers, cases to read and, if given, mentors."""
    mentees = [p.told() for p in body.mentees]
    mentors = None if body.mentors is None else [p.told() for p in body.mentors]
    version, answer = await service_of(request).ask(
        lambda base: base.suggest(mentees, mentors=mentors, rules=body.rules, k=k)
    )
    return reply(answer.records, version, notes=answer.notes)


@router.post("/match", response_model=Matching, responses=answered("match"), tags=["questions"])
async def match(request: Request, body: Annotated[MatchBody, bodies("match")]) -> Response:
    """Pairs of mentees and mentors under rules, with reasons, and why somebody has none.

    `status` says whether everybody could be matched.
    """
    mentees, mentors = ([p.told() for p in side] for side in (body.mentees, body.mentors))
    version, matching = await service_of(request).ask(
        lambda base: base.match(
            mentees,
            mentors,
            rules=body.rules,
            partial=body.partial,
            alternatives=body.alternatives,
        )
    )
    return reply(matching, version)


@router.get("/cases", response_model=list[records.Case], tags=["records"])
async def cases(request: Request, asked: Annotated[CasesQuery, Query()]) -> Response:
    """The cases of the analysis, a page at a time; `Link` leads to the next page."""
    version, found = await service_of(request).ask(
        lambda base: base.find(
            industry_from=asked.source,
            industry_to=asked.target,
            skill=asked.skill,
            outcome=asked.outcome,
        )
    )
    return _page(request, found, version, asked.limit, asked.cursor)


@router.get(
    "/cases/{case_id:path}", response_model=records.Case, responses=answered("case"),
    tags=["records"],
)  # fmt: skip
async def case(request: Request, case_id: Annotated[str, query("case_id")]) -> Response:
    """One case; its spans count the code points of its document's text."""
    version, found = await service_of(request).ask(lambda base: base.case(case_id))
    return reply(found, version)


@router.get("/documents", response_model=list[records.Document], tags=["records"])
async def documents(request: Request, asked: Annotated[PageQuery, Query()]) -> Response:
    """The documents with their texts, a page at a time."""
    version = service_of(request).version
    return _page(request, version.base.documents, version, asked.limit, asked.cursor)


@router.get("/documents/{document_id:path}", response_model=records.Document, tags=["records"])
async def document(request: Request, document_id: Annotated[str, query("document_id")]) -> Response:
    """One document with its text."""
    version, found = await service_of(request).ask(lambda base: base.document(document_id))
    return reply(found, version)


@router.get("/errors", response_model=list[records.Skipped], tags=["records"])
async def errors(request: Request, asked: Annotated[PageQuery, Query()]) -> Response:
    """The inputs that were skipped or cut, and why."""
    version = service_of(request).version
    return _page(request, version.base.skipped, version, asked.limit, asked.cursor)


@router.get("/run", response_model=dict[str, Any], tags=["records"])
async def run(request: Request) -> Response:
    """Versions of program, taxonomy and models, settings, counts, seconds per stage."""
    version = service_of(request).version
    return reply(version.base.analysis.run, version)


@router.get("/skills", response_model=list[Skill], tags=["taxonomy"])
async def skills(request: Request) -> Response:
    """The skills that xcase knows, with definition, aliases, ESCO and O*NET."""
    return reply(load_skills(), service_of(request).version)


@router.get("/industries", response_model=list[Industry], tags=["taxonomy"])
async def industries(request: Request) -> Response:
    """The industries that xcase knows, with the words that speak for them."""
    return reply(load_industries(), service_of(request).version)


async def _similar(
    request: Request, mentee: str | dict[str, Any], asked: SimilarOptions
) -> Response:
    version, answer = await service_of(request).ask(
        lambda base: base.similar(
            mentee,
            k=asked.k,
            industry_from=asked.source,
            industry_to=asked.target,
            skill=asked.skill,
            outcome=asked.outcome,
            across=asked.across,
        )
    )
    return reply(answer.records, version, notes=answer.notes)


async def _transfer(
    request: Request, mentee: dict[str, Any] | None, asked: TransferQuery
) -> Response:
    version, answer = await service_of(request).ask(
        lambda base: base.transfer(
            asked.source, asked.target, skill=asked.skill, mentee=mentee, k=asked.k
        )
    )
    return reply(answer.records, version, notes=answer.notes)


def _page(request: Request, found: Any, version: Any, limit: int, cursor: str | None) -> Response:
    shown, following = page_of(found, version.id, limit, cursor)
    link = next_link(request.url.path, request.query_params.multi_items(), following)
    return reply(tuple(shown), version, headers=link)
