"""The module map of the README holds: imports point down, and heavy libraries come late."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent


def test_imports_point_down() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0


def test_every_module_stands_in_the_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contract["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name.strip() for layer in layers for name in layer.split("|")}
    inside = {
        f"xcase.{path.stem}"
        for path in (ROOT / "xcase").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists())
        and not path.name.startswith("_")
    }
    assert inside == named


def test_the_readme_maps_every_module() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)(?:\.py|/)` ", readme, re.MULTILINE))
    there = {
        path.stem
        for path in (ROOT / "xcase").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists())
        and not path.name.startswith("_")
    }
    assert told == there


def test_every_private_name_of_a_module_is_used_in_it() -> None:
    unused = []
    for path in sorted((ROOT / "xcase").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        said = Counter(re.findall(r"\w+", source))
        made = [name for node in ast.parse(source).body for name in _names_made(node)]
        unused += [
            f"{path.name}: {name}"
            for name in made
            if name.startswith("_") and not name.startswith("__") and said[name] == 1
        ]
    assert not unused


def _names_made(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def test_a_name_is_imported_from_where_it_is_made() -> None:
    passed_on = [
        f"{path.name}: {name}"
        for path in sorted((ROOT / "xcase").rglob("*.py"))
        if path.name != "__init__.py"
        for name in re.findall(r"import .*\b(\w+) as \1\b", path.read_text(encoding="utf-8"))
    ]
    assert not passed_on


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = "import sys, xcase.cli; print(sorted({'torch', 'spacy', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_no_function_stands_twice() -> None:
    seen: dict[str, str] = {}
    for path in sorted((ROOT / "xcase").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            steps = node.body[ast.get_docstring(node) is not None :]
            # One step, such as ``self.x = x``, may well be another's too.
            if len(steps) > 1:
                place = f"{path.relative_to(ROOT)}: {node.name}"
                assert seen.setdefault("\n".join(map(ast.unparse, steps)), place) == place
