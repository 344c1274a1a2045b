"""Where the models lie, and proof that they are the pinned ones.

``models/manifest.toml`` lists every model with its package, version, licence and the sha256 of each
file that is loaded. Nothing here reaches for a hub: a model is a wheel that pip installed, several
wheels that each carry a part of one archive, or a file trained by ``scripts/`` and kept in
``models/``.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from xcase.errors import ModelError

PACKAGE_DIR = Path(__file__).parent
# An installed wheel carries the folder inside the package, a checkout has it beside the package.
MODEL_DIRS = (PACKAGE_DIR / "_models", PACKAGE_DIR.parent / "models")


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the manifest; ``package`` is empty for files kept in ``models/``.

    ``parts`` are the distributions that carry one archive together, in the order of the parts.
    """

    name: str
    version: str
    package: str
    distribution: str
    licence: str
    purpose: str
    files: dict[str, str]
    parts: tuple[str, ...] = ()


def models_dir() -> Path:
    """Return the folder that holds ``manifest.toml``."""
    for folder in MODEL_DIRS:
        if (folder / "manifest.toml").is_file():
            return folder
    raise ModelError("models/manifest.toml is missing; install xcase again")


def cache_dir() -> Path:
    """Return where what is made of the models at first use lies; it can be deleted at any time."""
    told = os.environ.get("XCASE_CACHE")
    return Path(told) if told else platformdirs.user_cache_path("xcase")


@functools.cache
def manifest() -> dict[str, Model]:
    """Return the manifest's models by name."""
    table = tomllib.loads((models_dir() / "manifest.toml").read_text(encoding="utf-8"))
    return {
        entry["name"]: Model(**entry | {"parts": tuple(entry.get("parts", ()))})
        for entry in table["model"]
    }


@functools.cache
def locate(name: str, *files: str) -> Path:
    """Return the folder of a model after checking the sha256 of each of its files.

    Args:
        files: only these are checked, because only these will be read.

    Raises:
        ModelError: the package is not installed, or a file is missing or differs from the pin.
    """
    model = manifest()[name]
    if model.parts:
        folder = _unpacked(model)
    else:
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


def _unpacked(model: Model) -> Path:
    """Return the cache folder of a model that comes in parts, unpacked at its first use."""
    folder = cache_dir() / f"{model.name}-{model.version}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        archive = Path(temporary, "archive.zip")
        with archive.open("wb") as whole:
            for part in _part_files(model):
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole)
        unpacked = Path(temporary, "unpacked")
        with zipfile.ZipFile(archive) as members:
            unpacked.mkdir()
            for name in model.files:
                # Only files with a pinned sha256 come out, whatever else the archive holds.
                inner = f"{model.name}/{name}"
                if inner not in members.namelist():
                    raise ModelError(f"{name} is not in the parts of {model.name}")
                with members.open(inner) as source, (unpacked / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
        try:
            unpacked.rename(folder)
        except OSError:
            # Another process was faster.
            if not folder.is_dir():
                raise
    return folder


def _part_files(model: Model) -> Iterable[Path]:
    for number, name in enumerate(model.parts, 1):
        try:
            files = importlib.metadata.distribution(name).files or []
        except importlib.metadata.PackageNotFoundError as error:
            raise ModelError(
                f"model package {name} is not installed; run: pip install {name}=={model.version}"
            ) from error
        found = next((f for f in files if f.name.endswith(f".zip.{number:03d}")), None)
        if found is None:
            raise ModelError(f"{name} carries no part {number} of {model.name}")
        yield Path(str(found.locate()))


def _remedy(model: Model) -> str:
    if model.parts:
        folder = cache_dir() / f"{model.name}-{model.version}"
        return f"delete {folder} and try again"
    if model.distribution:
        return f"run: pip install --force-reinstall {model.distribution}=={model.version}"
    return "restore it from the repository"
