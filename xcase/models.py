"""Where the models lie, and proof that they are the pinned ones.

``models/manifest.toml`` lists every model with its package, version, licence and the sha256 of each
file that is loaded. Nothing here reaches for a hub: a model is a wheel that pip installed, or a
file trained by ``scripts/`` and kept in ``models/``.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass
from pathlib import Path

from xcase.errors import ModelError

PACKAGE_DIR = Path(__file__).parent
# An installed wheel carries the folder inside the package, a checkout has it beside the package.
MODEL_DIRS = (PACKAGE_DIR / "_models", PACKAGE_DIR.parent / "models")


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the manifest; ``package`` is empty for files kept in ``models/``."""

    name: str
    version: str
    package: str
    distribution: str
    licence: str
    purpose: str
    files: dict[str, str]


def models_dir() -> Path:
    """Return the folder that holds ``manifest.toml``."""
    for folder in MODEL_DIRS:
        if (folder / "manifest.toml").is_file():
            return folder
    raise ModelError("models/manifest.toml is missing; install xcase again")


@functools.cache
def manifest() -> dict[str, Model]:
    """Return the manifest's models by name."""
    table = tomllib.loads((models_dir() / "manifest.toml").read_text(encoding="utf-8"))
    return {entry["name"]: Model(**entry) for entry in table["model"]}


@functools.cache
def locate(name: str, *files: str) -> Path:
    """Return the folder of a model after checking the sha256 of each of its files.

    Args:
        files: only these are checked, because only these will be read.

    Raises:
        ModelError: the package is not installed, or a file is missing or differs from the pin.
    """
    model = manifest()[name]
    folder = _package_dir(model) if model.package else models_dir()
    for relative, expected in model.files.items():
        if files and relative not in files:
            continue
        path = folder / relative
        if not path.is_file():
            raise ModelError(f"model file {relative} of {name} is missing; {_remedy(model)}")
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if actual != expected:
            raise ModelError(
                f"model file {relative} of {name} has sha256 {actual[:12]}…, "
                f"pinned is {expected[:12]}…; {_remedy(model)}"
            )
    return folder


def _package_dir(model: Model) -> Path:
    spec = importlib.util.find_spec(model.package)
    if spec is None or spec.origin is None:
        raise ModelError(f"model package {model.package} is not installed; {_remedy(model)}")
    return Path(spec.origin).parent


def _remedy(model: Model) -> str:
    if model.distribution:
        return f"run: pip install --force-reinstall {model.distribution}=={model.version}"
    return "restore it from the repository"
