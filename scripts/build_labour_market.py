"""Compute what each industry asks of each skill, and write the tables of ``xcase/transfer``.

    python scripts/build_labour_market.py

O*NET's ratings of occupations are averaged over an industry's jobs (BLS), after the elements of
O*NET have been turned into the skills of the taxonomy; the method stands in ``scripts/onet.py``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

import numpy as np
import onet

from xcase.taxonomy import load_skills

TABLES = onet.ROOT / "xcase" / "transfer" / "tables"
ATTRIBUTION = (
    "# Computed by scripts/build_labour_market.py from the O*NET 29.3 Database by the U.S."
    " Department of Labor, Employment and Training Administration (USDOL/ETA), used under the"
    " CC BY 4.0 license and modified, and from the OEWS survey of May 2025 of the U.S. Bureau of"
    " Labor Statistics (public domain)."
)


def main() -> None:
    """Write ``elements.csv``, ``labour_market.csv`` and ``task_likeness.csv``."""
    TABLES.mkdir(exist_ok=True)
    names = [s.name for s in load_skills()]
    places = list(onet.employment().index)
    jobs = onet.shares_of_jobs()
    titles = onet.element_names()
    shares = onet.shares_of_elements()
    _write(
        "elements",
        ("skill", "element", "name", "share"),
        (
            (skill, element, titles[element], f"{share:.3f}")
            for skill, row in shares.iterrows()
            for element, share in row[row > 0].sort_values(ascending=False).items()
        ),
    )
    asked = jobs @ onet.demand()
    _write(
        "labour_market",
        ("industry", *names),
        ((p, *(f"{v:.4f}" for v in row)) for p, row in zip(places, asked, strict=True)),
    )
    alike = onet.likeness(onet.contexts(jobs, onet.prototypes()))
    _write(
        "task_likeness",
        ("industry", "other", *names),
        (
            (places[a], places[b], *(f"{v:.2f}" for v in alike[a, b]))
            for a, b in zip(*np.triu_indices(len(places), 1), strict=True)
        ),
    )
    print(f"{len(places)} industries, {len(names)} skills, {len(onet.occupations())} occupations")


def _write(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with (TABLES / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(ATTRIBUTION + "\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
