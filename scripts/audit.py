"""Ask the public advisories for known vulnerabilities of the pinned versions; needs the network.

    python scripts/audit.py

Exit status 0: asked, none known. 1: some are known. 2: could not ask, so that nothing is known.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

PINNED = Path(__file__).parent.parent / "constraints.txt"


def main() -> None:
    if importlib.util.find_spec("pip_audit") is None:
        print("NOT CHECKED: pip-audit is not installed; run: pip install pip-audit")
        sys.exit(2)
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "-f", "json"]
    done = subprocess.run(
        [*command, "-r", str(PINNED)], capture_output=True, text=True, check=False, timeout=600
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"NOT CHECKED: the advisories could not be asked ({last}); nothing is known")
        sys.exit(2)
    known = [(p["name"], p["version"], v) for p in packages for v in p.get("vulns", ())]
    for name, version, fault in known:
        print(
            f"{name} {version}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or '?'}"
        )
    unasked = [p["name"] for p in packages if "skip_reason" in p]
    print(f"{len(packages) - len(unasked)} packages asked, {len(known)} vulnerabilities known")
    if unasked:
        print(f"not asked: {', '.join(unasked)}")
    sys.exit(bool(known))


if __name__ == "__main__":
    main()
