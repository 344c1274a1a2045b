"""Let schemathesis make requests from the API's description, and report what breaks.

    python scripts/fuzz_api.py --dir xcase-out --examples 50

Checked of every answer: no 5xx, the described status, type, headers and schema, no crash. The exit
status is that of schemathesis.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from serving import serving

SCHEMATHESIS = str(Path(sys.executable).parent / "schemathesis")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path("xcase-out"))
    parser.add_argument("--examples", type=int, default=50, help="requests for each operation")
    options = parser.parse_args()
    with serving(options.dir) as served:
        command = [
            *(SCHEMATHESIS, "run", f"{served.address}/openapi.json"),
            *("--checks", CHECKS, "--max-examples", str(options.examples)),
            *("--mode", "all", "--seed", "1", "--no-color", "--continue-on-failure"),
        ]
        done = subprocess.run(command, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
