"""Several networks read the same windows, and what they say is averaged.

An average of networks that err in different places is right more often than each of them, and its
probabilities are better (Lakshminarayanan, Pritzel and Blundell 2017, *Simple and Scalable
Predictive Uncertainty Estimation using Deep Ensembles*).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xcase.annotate.network import SPAN_HEADS, Batch, Network, Reading


class Ensemble:
    """Networks with the share of each in what they say together.

    Args:
        networks: all read the same token ids.
        shares: one for each network; they add up to one.
    """

    def __init__(self, networks: Sequence[Network], shares: Sequence[float]) -> None:
        self.networks = [network.eval() for network in networks]
        self.shares = shares

    @torch.inference_mode()
    def read(self, window: Batch) -> Opinion:
        """Read one window."""
        return Opinion(self, [network(window) for network in self.networks])

    def mean(self, said: Sequence[Tensor]) -> Any:
        """Return the weighted mean of one tensor of each network as an array."""
        return sum(
            share * each.float().numpy() for share, each in zip(self.shares, said, strict=True)
        )


class Opinion:
    """What an ensemble says of one window, as arrays of probabilities.

    ``phase`` is sentences x 4, ``case_start`` sentences, ``shows`` sentences x skills, ``tags``
    tokens x kinds x 3, each of the industries 21, ``has_case`` a number; ``heard`` has of each
    network its share and its logits, sentences x 2 (how much it counts for either side) and
    sentences x 21 (of which industry).
    """

    def __init__(self, ensemble: Ensemble, readings: Sequence[Reading]) -> None:
        self._ensemble = ensemble
        self._readings = readings
        self.phase = self._mean(lambda r: r.phase[0].softmax(-1))
        self.case_start = self._mean(lambda r: r.case_start[0].sigmoid())
        self.tags = self._mean(lambda r: r.tags[0].softmax(-1))
        self.has_case = float(self._mean(lambda r: r.has_case[0].sigmoid()))
        self.industry_from = self._mean(lambda r: r.industry_from[0].softmax(-1))
        self.industry_to = self._mean(lambda r: r.industry_to[0].softmax(-1))
        self.shows = self._mean(lambda r: r.shows[0].sigmoid())
        self.heard = [
            (share, r.sides[0].float().numpy(), r.industries[0].float().numpy())
            for share, r in zip(ensemble.shares, readings, strict=True)
        ]

    @torch.inference_mode()
    def label(self, spans: Sequence[tuple[int, int, int]]) -> dict[str, np.ndarray]:
        """Return ``spans x labels`` of each head of spans.

        Args:
            spans: first token, token after the last, and the sentence of each.
        """
        rows = torch.tensor([(0, *span) for span in spans])
        said = [
            network.label(reading, rows)
            for network, reading in zip(self._ensemble.networks, self._readings, strict=True)
        ]
        return {
            head: self._ensemble.mean([logits[head].softmax(-1) for logits in said])
            for head in SPAN_HEADS
        }

    def _mean(self, of: Callable[[Reading], Tensor]) -> Any:
        return self._ensemble.mean([of(reading) for reading in self._readings])
