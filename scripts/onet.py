"""O*NET and BLS facts as matrices of occupations; what builds and measures ``transfer`` reads them.

Source: O*NET 29.3 Database (USDOL/ETA, CC BY 4.0) and BLS OEWS May 2025 (public domain), which lie
beside the checkout in ``../shared/data``. Occupations are O*NET-SOC codes in sorted order.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xcase.embed.runtimes import load_base
from xcase.taxonomy import load_industries, load_skills
from xcase.transfer.labour_market import generality

Matrix = NDArray[np.float64]
ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
VECTORS = ROOT / ".cache"  # ignored by git: vectors of the task statements, minutes to compute

# An element that the taxonomy names counts for this much; the rest goes to the elements that read
# most alike, so that two skills under one element do not get the very same figures.
NAMED_SHARE = 0.6
NEIGHBOURS = 3
# How sharply the tasks that read like a skill count more than the others when its contexts are
# averaged: a cosine higher by this much counts e times as much.
SHARPNESS = 0.1
ALL = "All industries"


@cache
def table(folder: str, name: str) -> Any:
    """Return a table of the reference data with every column as text."""
    return pd.read_csv(DATA / folder / f"{name}.csv.gz", dtype=str)


def encode(name: str, texts: list[str]) -> Matrix:
    """Return unit vectors of the texts (n x 384), computed once for the same texts."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    path = VECTORS / f"{name}-{digest}.npy"
    if not path.exists():
        base = load_base()
        vectors = base.encode(
            texts, batch_size=64, normalize_embeddings=True, show_progress_bar=False
        )
        VECTORS.mkdir(exist_ok=True)
        np.save(path, vectors.astype(np.float32))
    return np.asarray(np.load(path), dtype=np.float64)


@cache
def elements() -> Any:
    """Return occupations x elements, each 0 to 1.

    Skills and knowledge: the geometric mean of importance and level, both scaled to 0..1. Work
    styles: importance. Work activities, which the release at hand has no ratings of: the share
    of the occupation's tasks that O*NET's analysts put under the activity, as a square root (a task
    list has a long tail), scaled by the highest share of any occupation.
    """
    rated = pd.concat([table("onet_29_3", name) for name in ("skills", "knowledge", "work_styles")])
    rated = rated.assign(value=rated["Data Value"].astype(float))
    keys = {"index": "O*NET-SOC Code", "columns": "Element ID", "values": "value"}
    importance = (rated[rated["Scale ID"] == "IM"].pivot_table(**keys) - 1) / 4
    level = rated[rated["Scale ID"] == "LV"].pivot_table(**keys) / 7
    both = importance.copy()
    both[level.columns] = np.sqrt(importance[level.columns] * level)
    links = table("onet_29_3", "tasks_to_dwas")
    activity = links["DWA ID"].str.rsplit(".", n=2).str[0].rename("activity")
    counts = pd.crosstab(links["O*NET-SOC Code"], activity)
    share = np.sqrt(counts.div(counts.sum(axis=1), axis=0))
    return both.join(share / share.max(), how="inner").dropna().sort_index()


def occupations() -> list[str]:
    """Return the O*NET-SOC codes of the rows of :func:`elements`."""
    return list(elements().index)


def skill_text(skill: Any) -> str:
    """Return what a skill is compared by where a definition is compared with another."""
    return f"{skill.name}. {skill.definition}"


def element_names() -> dict[str, str]:
    """Return the name of each element that has figures."""
    reference = table("onet_29_3", "content_model_reference").set_index("Element ID")
    return {e: str(reference.loc[e, "Element Name"]) for e in elements().columns}


def element_vectors() -> Matrix:
    """Return elements x 384: what O*NET says of each."""
    reference = table("onet_29_3", "content_model_reference").set_index("Element ID")
    rows = reference.loc[list(elements().columns)].to_numpy()
    return encode("elements", [f"{name}. {what}" for name, what in rows])


@cache
def shares_of_elements() -> Any:
    """Return skills x elements: how much each element counts for a skill; rows sum to 1."""
    known = list(elements().columns)
    skills = load_skills()
    alike = encode("skills", [skill_text(s) for s in skills]) @ element_vectors().T
    shares = np.zeros_like(alike)
    for row, skill in enumerate(skills):
        named = [i for i, e in enumerate(known) if e == skill.onet]
        nearest = [i for i in np.argsort(-alike[row]) if i not in named][:NEIGHBOURS]
        rest = 1 - NAMED_SHARE * len(named)
        shares[row, named] = NAMED_SHARE
        shares[row, nearest] = rest * alike[row, nearest] / alike[row, nearest].sum()
    return pd.DataFrame(shares, index=[s.name for s in skills], columns=known)


@cache
def demand() -> Matrix:
    """Return occupations x skills, 0 to 1: how much the occupation asks of the skill."""
    return np.asarray(elements().to_numpy() @ shares_of_elements().to_numpy().T)


@cache
def employment() -> Any:
    """Return industries (and ALL) x occupations: people employed.

    An industry without a code is left out.

    A code of the survey that O*NET does not rate itself is shared evenly by the occupations of the
    nearest group above it (31-1120 by 31-1121 and 31-1122), and one of O*NET's subdivisions gets an
    even part of its occupation.
    """
    survey = table("bls_oews_2025_industry", "national_industry_x_occupation")
    survey = survey[survey["occ_level"] == "3"]
    people = pd.to_numeric(survey["employment"], errors="coerce").fillna(0)
    survey = survey.assign(people=people)
    codes = occupations()
    rows = {ALL: survey[survey["industry_code"] == "000000"]}
    for industry in load_industries():
        wanted = {_survey_code(code) for code in industry.naics}
        if wanted:
            rows[industry.label] = survey[_matches(survey, wanted)]
    out = np.zeros((len(rows), len(codes)))
    for row, part in enumerate(rows.values()):
        for soc, count in part.groupby("soc")["people"].sum().items():
            members = _members(soc, tuple(codes))
            out[row, list(members)] += count / len(members)
    return pd.DataFrame(out, index=list(rows), columns=codes)


def shares_of_jobs() -> Matrix:
    """Return industries (and ALL) x occupations: the share of the jobs; rows sum to 1."""
    people = employment().to_numpy()
    return np.asarray(people / people.sum(axis=1, keepdims=True))


@cache
def prototypes() -> Matrix:
    """Return skills x 384: the mean of a skill's definition and its example phrases."""
    skills = load_skills()
    texts = [(row, t) for row, s in enumerate(skills) for t in (skill_text(s), *s.examples)]
    vectors = encode("prototypes", [t for _, t in texts])
    owners = np.array([row for row, _ in texts])
    return unit(np.stack([vectors[owners == row].mean(axis=0) for row in range(len(skills))]))


def contexts(places: Matrix, skills: Matrix) -> Matrix:
    """Return places x skills x 384: what the work there is that reads like each skill.

    Args:
        places: places x occupations, how much of the place's work an occupation is.
        skills: skills x 384, unit vectors.
    """
    vectors, owner, tasks_of = _tasks()
    weight = places[:, owner] / tasks_of[owner]
    attention = np.exp((vectors @ skills.T - 1) / SHARPNESS)
    out = np.empty((len(places), len(skills), vectors.shape[1]), dtype=np.float32)
    for column in range(len(skills)):
        share = weight * attention[:, column]
        out[:, column] = (share @ vectors) / share.sum(axis=1, keepdims=True)
    return np.asarray(out, dtype=np.float64)


def task_means(places: Matrix) -> Matrix:
    """Return places x 384: the mean of the task statements of each place."""
    vectors, owner, tasks_of = _tasks()
    return np.asarray((places[:, owner] / tasks_of[owner]) @ vectors)


def evenness(skills: Matrix) -> Matrix:
    """Return one figure for each of any skills (unit vectors): how evenly industries have its work.

    The tasks that read like the skill are weighed as for its contexts; the figure is the generality
    of the industries' shares of that weight.
    """
    vectors, owner, tasks_of = _tasks()
    weight = shares_of_jobs()[1:, owner] / tasks_of[owner]
    found = []
    for start in range(0, len(skills), 500):
        attention = np.exp((vectors @ skills[start : start + 500].T - 1) / SHARPNESS)
        found.append(generality(weight @ attention))
    return np.concatenate(found)


def likeness(places: Matrix) -> Matrix:
    """Return places x places x skills, -1 to 1: cosines, less the skill's mean context."""
    own = unit(places - places.mean(axis=0))
    return np.asarray(np.einsum("asd,bsd->abs", own, own))


def unit(rows: Matrix) -> Matrix:
    """Return rows of length one; a row of zeros stays."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(length == 0, 1, length))


@cache
def _tasks() -> tuple[Matrix, NDArray[np.int64], NDArray[np.int64]]:
    """Return the task vectors, the occupation of each task, and how many each occupation has."""
    tasks = table("onet_29_3", "task_statements")
    vectors = encode("tasks", list(tasks["Task"]))
    place = {code: i for i, code in enumerate(occupations())}
    owner = np.array([place.get(code, -1) for code in tasks["O*NET-SOC Code"]])
    kept = owner >= 0
    return vectors[kept], owner[kept], np.bincount(owner[kept], minlength=len(place))


def _survey_code(naics: str) -> str:
    # Government stands under 99 in the survey; 31 stands for 31 to 33, 44 for 44 to 45.
    code = {"92": "99", "32": "31", "33": "31", "45": "44", "49": "48"}.get(naics, naics)
    return f"{code}--" if len(code) == 2 else code.ljust(6, "0")


def _matches(survey: Any, wanted: set[str]) -> Any:
    sector = survey["industry_code"].str[:4]
    is_sector = (survey["industry_level"] == "2") & sector.isin(wanted)
    return is_sector | survey["industry_code"].isin(wanted) | _government(survey, wanted)


def _government(survey: Any, wanted: set[str]) -> Any:
    return (survey["industry_code"] == "99-100") & ("99--" in wanted)


@cache
def _members(soc: str, codes: tuple[str, ...]) -> tuple[int, ...]:
    # 7 digits is the occupation, 6 the broad group, 4 the minor group, 3 the major group.
    for length in (7, 6, 5, 4, 3):
        members = tuple(i for i, c in enumerate(codes) if c[:length] == soc[:length])
        if members:
            return members
    raise ValueError(f"no occupation like {soc}")
