"""The ways in which the sentence model is run by torch, and how each way is run fastest.

:mod:`xcase.embed.portable` is the way without torch.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from xcase import models
from xcase.embed.portable import Network
from xcase.processes import cores

MODEL = "all-minilm-l6-v2"


@dataclass(frozen=True, slots=True)
class Runtime:
    """A network, and how it is run fastest: so many tokens at once, so many batches side by side.

    The figures were measured on two cores (``scripts/bench_rates.py`` shows what comes of them).
    """

    network: Network
    tokens: int
    workers: int = 1

    def read(self, batches: Iterable[tuple[np.ndarray, np.ndarray]]) -> Iterator[np.ndarray]:
        """Yield the vectors of each batch of ids and mask."""
        if self.workers == 1:
            yield from (self.network(*batch) for batch in batches)
            return
        with ThreadPoolExecutor(self.workers) as pool:
            yield from pool.map(lambda batch: self.network(*batch), batches)


def load_base() -> Any:
    """Return the model as sentence-transformers loads it, which is what it was published for.

    The reference of the others, and where training begins.

    Raises:
        ModelError: a file is missing or is not the pinned one.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder = models.locate(MODEL) / "model"
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def torch_model() -> Any:
    """Return the pinned weights as a :class:`xcase.transformer.Transformer`.

    Raises:
        ModelError: a file is missing or is not the pinned one.
    """
    from xcase.transformer import Transformer

    return Transformer.published(models.locate(MODEL) / "model")


def in_half_precision() -> Runtime | None:
    """Return the model in bfloat16, or None where that is not fast."""
    import torch

    from xcase.half_precision import fast_bfloat16, pack

    if not fast_bfloat16():
        return None
    model = torch_model().to(torch.bfloat16)
    pack(model)
    return Runtime(network_of(model, threads=1), tokens=4096, workers=cores())


def network_of(model: Any, threads: int | None = None) -> Network:
    """Return a torch model as a network, each call by so many threads."""
    import torch

    def network(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        if threads:
            torch.set_num_threads(threads)
        with torch.inference_mode():
            states = model(torch.from_numpy(ids), torch.from_numpy(mask))
        vectors: np.ndarray = states.float().numpy()
        return vectors

    return network
