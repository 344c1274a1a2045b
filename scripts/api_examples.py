"""Write the examples of the API's description: requests, and what an analysis of corpus/ answers.

python scripts/api_examples.py --dir xcase-out
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import xcase

OUT = Path(__file__).parent.parent / "xcase" / "serve" / "examples.json"
NURSE = {
    "id": "m1",
    "name": "Ines Abreu",
    "text": "I have run a night ward for six years. I do every handover myself because I cannot "
    "let go of a task.",
    "industry": "Healthcare",
    "target_industry": "Information & Technology",
    "goals": ["lead a hospital IT team"],
    "skills_have": ["working under pressure", "empathy"],
    "skills_want": ["delegation", "project management"],
}
MENTOR = {
    "id": "r1",
    "name": "Ruth Okafor",
    "industry": "Information & Technology",
    "text": "I came from nursing into hospital software and now run four delivery teams.",
    "skills_have": ["delegation", "project management", "hiring"],
    "capacity": 2,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path("xcase-out"))
    base = xcase.load(parser.parse_args().dir)
    similar = base.similar(NURSE, k=1).json()
    requests: dict[str, Any] = {
        "case_id": similar[0]["case_id"],
        "document_id": similar[0]["document_id"],
        "profile": NURSE,
        "suggest": {"mentees": [NURSE], "mentors": [MENTOR]},
        "match": {
            "mentees": [NURSE],
            "mentors": [MENTOR],
            "rules": {"capacity": {"default": 1}},
        },
    }
    case = xcase.to_json(base.case(similar[0]["case_id"]))
    for part in ("sentences", "skills", "outcomes"):
        case[part] = case[part][:1]
    matching = base.match([NURSE], [MENTOR], rules=requests["match"]["rules"])
    answers = {
        "case": case,
        "similar": similar,
        "transfer": base.transfer("Healthcare", "Education", k=1).json(),
        "suggest": base.suggest([NURSE], mentors=[MENTOR], k=1).json(),
        "match": xcase.to_json(matching),
    }
    text = json.dumps({"requests": requests, "answers": answers}, ensure_ascii=False, indent=1)
    OUT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
