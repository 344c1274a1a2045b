"""List the licences of all dependencies, and fail on one that is missing or forbids free use.

    python scripts/licences.py           # writes docs/LICENCES.md
    python scripts/licences.py --check   # fails if a licence is missing, refused or not listed

Asked are the packages of constraints.txt as installed (pip-licenses reads their metadata).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "LICENCES.md"
# The Affero licence reaches through a network service into the programs of its users.
REFUSED = re.compile(r"AGPL|Affero|SSPL|Commons Clause|Elastic|Busl|Business Source", re.IGNORECASE)
UNKNOWN = ("", "UNKNOWN")
HEAD = """# Licences of what xcase installs

Written by `make licences`, from the metadata of each package that `constraints.txt` pins. `make
licences-check` fails if one has no licence or one of the Affero kind. Pebble is under the LGPL: it
is used as it is, imported as a library, and can be exchanged by whoever passes xcase on.

| package | version | licence |
|---|---|---|
"""


def rows() -> list[tuple[str, str, str]]:
    """Return name, version and licence of each pinned package that is installed."""
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    wanted = {_normal(name) for name in pinned}
    command = [
        sys.executable,
        "-m",
        "piplicenses",
        "--format=json",
        "--from=mixed",
        "--with-system",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = [(p["Name"], p["Version"], p["License"].replace("\n", " ")) for p in json.loads(told)]
    models = model_licences()
    found = [
        (name, version, models.get(_normal(name), licence) if licence in UNKNOWN else licence)
        for name, version, licence in found
    ]
    return sorted((r for r in found if _normal(r[0]) in wanted), key=lambda r: _normal(r[0]))


def model_licences() -> dict[str, str]:
    """Return the licence of the model that a package carries a part of, by package."""
    manifest = tomllib.loads((ROOT / "models" / "manifest.toml").read_text(encoding="utf-8"))
    return {
        _normal(part): f"{model['licence']} (the model's; the package states none)"
        for model in manifest["model"]
        for part in model.get("parts", ())
    }


def faults(found: list[tuple[str, str, str]]) -> list[str]:
    """Return what is wrong with the licences."""
    told = [f"{n} {v} has no licence" for n, v, licence in found if licence in UNKNOWN]
    return told + [f"{n} {v} is {lic}" for n, v, lic in found if REFUSED.search(lic)]


def table(found: list[tuple[str, str, str]]) -> str:
    """Return the page."""
    return HEAD + "".join(f"| {n} | {v} | {licence} |\n" for n, v, licence in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    found = rows()
    wrong = faults(found)
    if check and TABLE.read_text(encoding="utf-8") != table(found):
        wrong.append("docs/LICENCES.md is not up to date; run: make licences")
    if not check:
        TABLE.write_text(table(found), encoding="utf-8")
    print("\n".join(wrong) or f"{len(found)} packages, each with a licence, none refused")
    sys.exit(bool(wrong))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
