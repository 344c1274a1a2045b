"""Sentence vectors, kept beside the analysis so that no sentence is encoded twice.

``transfer.safetensors`` holds a vector for each distinct sentence under the hash of its text, and
the name of the model. It may be deleted at any time; another model's is replaced.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xcase import disk
from xcase.embed import DIMENSIONS, TextEncoder
from xcase.vectors import checked, comparable

FILE = "transfer.safetensors"
KEY_BYTES = 16

Vectors = NDArray[np.float32]
logger = logging.getLogger(__name__)


def vectors_of(texts: Sequence[str], folder: Path | None, encoder: TextEncoder) -> Vectors:
    """Return n x 384, encoding only what the folder's file does not hold yet.

    Raises:
        ModelError: the encoder gives vectors that cannot be compared.
    """
    keys = [hashlib.sha256(text.encode("utf-8", "replace")).digest()[:KEY_BYTES] for text in texts]
    known = _read(folder, encoder.name) if folder else {}
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        logger.info("encoding %d sentences", len(missing))
        found = checked(encoder.encode(list(missing.values())), encoder.name).astype(np.float16)
        known |= dict(zip(missing, found, strict=True))
        if folder:
            _write(folder, encoder.name, {key: known[key] for key in sorted(set(keys))})
    if not keys:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    return np.stack([known[key] for key in keys]).astype(np.float32)


def _read(folder: Path, model: str) -> dict[bytes, NDArray[np.float16]]:
    from safetensors import SafetensorError, safe_open

    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        with safe_open(path, framework="numpy") as file:
            if (file.metadata() or {}).get("model") != model:
                return {}
            keys, vectors = file.get_tensor("keys"), file.get_tensor("vectors")
            if len(keys) != len(vectors) or vectors.shape[1:] != (DIMENSIONS,):
                raise ValueError("other numbers of vectors")
            if not comparable(vectors):
                raise ValueError("vectors that cannot be compared")
            if (file.metadata() or {}).get("sha256") != _digest(keys, vectors):
                raise ValueError("vectors that were not written so")
    except (OSError, ValueError, SafetensorError) as error:
        logger.warning("%s is damaged (%s) and is made again", path, error)
        return {}
    return {bytes(key): vector for key, vector in zip(keys, vectors, strict=True)}


def _digest(keys: NDArray[np.uint8], vectors: NDArray[np.float16]) -> str:
    return hashlib.sha256(keys.tobytes() + vectors.tobytes()).hexdigest()


def _write(folder: Path, model: str, rows: dict[bytes, NDArray[np.float16]]) -> None:
    from safetensors.numpy import save

    keys = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, KEY_BYTES)
    vectors: NDArray[np.float16] = np.stack(list(rows.values()))
    tensors = {"keys": keys, "vectors": vectors}
    told = {"model": model, "sha256": _digest(keys, vectors)}
    try:
        disk.write_safely(folder / FILE, save(tensors, metadata=told))
    except OSError as error:
        # An analysis that may only be read still gets its answer.
        logger.warning("cannot keep vectors in %s: %s", folder, error.strerror)
