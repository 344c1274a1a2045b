"""The sentence model as an ONNX file: a question is then answered without importing torch.

The file (90 MB) is made once from the pinned weights, by ``make install`` or by the first question,
and kept in the user's cache folder under the name of those weights. It can be deleted at any time.
Torch stays the reference: without the file, or where it cannot be made, torch reads the profile,
and a test holds the vectors of both beside those of sentence-transformers.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from xcase import disk, models

# (ids, mask), each ``n x t`` int64, to the ``n x t x 384`` float32 vectors of the tokens.
Network = Callable[[np.ndarray, np.ndarray], np.ndarray]

# Raised whenever the export changes, so that older files are left alone.
EXPORT = 1
# Largest difference of any number of a vector that rounding may make.
TOLERANCE = 1e-4
logger = logging.getLogger(__name__)


def file_of(name: str) -> Path:
    """Return where the ONNX form of a model lies, whether or not it is there.

    Args:
        name: the model's name with the digest of its weights.
    """
    return models.cache_dir() / f"{name.replace(':', '-')}-{EXPORT}.onnx"


def open_file(path: Path) -> Network | None:
    """Return the network of an ONNX file, or None if there is none that can be used."""
    if not path.is_file():
        return None
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Threads that wait by turning round and round would take the processor from others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # noqa: BLE001 - the library has no tree of errors of its own
        logger.warning("%s cannot be used and is made again (%s)", path, error)
        return None

    def network(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        vectors: np.ndarray = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

    return network


def export(model: Any, path: Path) -> bool:
    """Write a ``Transformer`` as an ONNX file; say whether it is there and gives the same.

    Nothing fails for want of the file: what went wrong is logged, and torch goes on.
    """
    import torch

    ids = torch.tensor([[101, 2054, 102, 0], [101, 2054, 2003, 102]])
    mask = (ids != 0).long()
    shape = (torch.export.Dim.DYNAMIC, torch.export.Dim.DYNAMIC)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    quiet = logging.getLogger("torch.onnx._internal.exporter._registration")
    quiet.setLevel(logging.ERROR)  # it names each of torchvision's operators that is not there
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model,
                (ids, mask),
                str(draft),
                input_names=["input_ids", "attention_mask"],
                output_names=["vectors"],
                dynamic_shapes={"ids": shape, "mask": shape},
                dynamo=True,
                external_data=False,
                verbose=False,
            )
            expected = model(ids, mask).numpy()
        made = open_file(draft)
        if made is None:
            return False
        told = mask.numpy().astype(bool)
        apart = float(np.abs(made(ids.numpy(), mask.numpy()) - expected)[told].max())
        if apart > TOLERANCE:
            logger.warning("the ONNX form of the model differs by %.1g and is not kept", apart)
            return False
        draft.replace(path)
    except (OSError, ImportError, RuntimeError) as error:
        logger.warning("the model has no ONNX form here, torch goes on: %s", error)
        return False
    finally:
        disk.discard(draft)
    return True
