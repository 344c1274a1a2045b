"""One encoder, several heads: the network that reads a whole document at once.

An encoder (:mod:`xcase.annotate.encoder`, :mod:`xcase.annotate.minilm`) runs over a window of
sentences. Heads read

- the mean of each sentence's tokens: its phase, whether a new case begins there, which skills it
  shows, and whether it speaks for a case at all;
- each token: whether it is in a skill, an outcome, a duration, or names the mentee or mentor;
- each span: which skill with which status and holder, which type and polarity of outcome, or
  whether the one it names is the mentee, the mentor or neither;
- all sentences together: the industries before and after, each sentence weighed for either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from xcase.annotate.labels import SIZES, SPAN_KINDS
from xcase.annotate.windows import PLACES
from xcase.sentences import KINDS

DROPOUT = 0.2
SPAN_HEADS = ("skill", "status", "holder", "outcome", "polarity", "role")
# At this scale the cosines of a span with 66 names make a soft but clear choice.
NAME_SCALE = 10.0
# The log-odds that a sentence shows a skill, before anything is learned.
SELDOM = -5.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows padded to one length: ``W`` windows of ``T`` tokens with ``S`` sentences at most."""

    ids: Tensor  # W x T, token ids
    mask: Tensor  # W x T, 1 for tokens
    ends: Tensor  # W x S, position of each sentence's separator, 0 where there is none
    kinds: Tensor  # W x S, index into KINDS
    places: Tensor  # W x S, tenth of the document


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of a batch; all but the first two are logits."""

    hidden: Tensor  # W x T x dimensions
    sentences: Tensor  # W x S x dimensions, the mean of each sentence's tokens
    phase: Tensor  # W x S x 4
    case_start: Tensor  # W x S
    tags: Tensor  # W x T x SPAN_KINDS x 3
    has_case: Tensor  # W
    industry_from: Tensor  # W x 21
    industry_to: Tensor  # W x 21
    sides: Tensor  # W x S x 2, how much each sentence counts for either of them
    industries: Tensor  # W x S x 21, of which industry each sentence speaks
    shows: Tensor  # W x S x skills, which skills each sentence shows, whatever its words


class Encodes(Protocol):
    """An encoder: token vectors of so many dimensions, which ``scale`` brings to unit variance."""

    dimensions: int
    scale: float

    def __call__(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x dimensions``."""


class Network(nn.Module):
    """An encoder with its heads."""

    def __init__(self, encoder: Encodes) -> None:
        super().__init__()
        self.encoder = encoder
        size = encoder.dimensions
        self.dropout = nn.Dropout(DROPOUT)
        self.kind = nn.Embedding(len(KINDS), size)
        self.place = nn.Embedding(PLACES, size)
        # As they are drawn they would drown what a sentence says.
        nn.init.zeros_(self.kind.weight)
        nn.init.zeros_(self.place.weight)
        self.sentence = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.LayerNorm(size))
        self.phase = nn.Linear(size, SIZES["phase"])
        self.case_start = nn.Linear(size, 1)
        self.shows = nn.Linear(size, SIZES["skill"])
        nn.init.constant_(self.shows.bias, SELDOM)
        self.tags = nn.Linear(size, len(SPAN_KINDS) * 3)
        self.span = nn.Sequential(nn.Linear(2 * size, size), nn.GELU(), nn.LayerNorm(size))
        self.skill = nn.Linear(size, SIZES["skill"])
        self.skill_name = nn.Linear(size, SIZES["skill"], bias=False)
        nn.init.zeros_(self.skill_name.weight)
        self.status = nn.Linear(size, SIZES["status"])
        self.holder = nn.Linear(size, SIZES["holder"])
        self.outcome = nn.Linear(size, SIZES["outcome"])
        self.polarity = nn.Linear(size, SIZES["polarity"])
        self.role = nn.Linear(size, SIZES["role"])
        self.has_case = nn.Linear(size, 1)
        self.industry = nn.Linear(size, SIZES["industry"])
        self.industry_side = nn.Linear(size, 2)

    def forward(self, batch: Batch, below: Tensor | None = None) -> Reading:
        """Read a batch; ``below`` is what the encoder's trunk made of it before."""
        # The heads work in float32 whatever the encoder works in.
        hidden = self.dropout(
            self.encoder.scale * self.encoder(batch.ids, batch.mask, below).float()
        )
        means = sentence_means(hidden, batch.ends)
        sentences = means + self.kind(batch.kinds) + self.place(batch.places)
        sentences = self.dropout(self.sentence(sentences))
        # Each sentence says which industry it speaks of, and how much it counts for either side.
        absent = (batch.ends == 0).unsqueeze(-1)
        sides = self.industry_side(sentences).float().masked_fill(absent, -1e4)
        industries = self.industry(sentences).float()
        industry = torch.einsum("wsd,wsl->wdl", sides.softmax(1), industries)
        # The sentence that speaks loudest for a case decides: one story makes a page a case.
        cased = self.has_case(sentences).masked_fill(absent, -1e4).amax(1)
        return Reading(
            hidden=hidden,
            sentences=means,
            phase=self.phase(sentences),
            case_start=self.case_start(sentences).squeeze(-1),
            tags=self.tags(hidden).unflatten(-1, (len(SPAN_KINDS), 3)),
            has_case=cased.squeeze(-1),
            industry_from=industry[:, 0],
            industry_to=industry[:, 1],
            sides=sides,
            industries=industries,
            shows=self.shows(sentences).float(),
        )

    def name_skills(self, vectors: Any) -> None:
        """Begin with the base model's idea of the skills: ``skills x dimensions`` unit vectors."""
        self.skill_name.weight.data = NAME_SCALE * torch.as_tensor(vectors)

    def label(self, reading: Reading, spans: Tensor) -> dict[str, Tensor]:
        """Return the logits of each of ``SPAN_HEADS`` for each span.

        Args:
            reading: from :meth:`forward`.
            spans: ``N x 4`` of window, first token, token after the last, and the sentence.

        Returns:
            ``N x labels`` by head, read from the mean of the span's tokens beside the vector of
            its sentence; a skill also from how close that mean is to the skill's name.
        """
        window, first, last, sentence = spans.unbind(1)
        sums = _sums(reading.hidden)
        mean = (sums[window, last] - sums[window, first]) / (last - first).unsqueeze(1)
        vectors = self.span(torch.cat([mean, reading.sentences[window, sentence]], 1))
        vectors = self.dropout(vectors)
        logits = {head: getattr(self, head)(vectors) for head in SPAN_HEADS}
        logits["skill"] = logits["skill"] + self.skill_name(functional.normalize(mean, dim=-1))
        return logits


def sentence_means(hidden: Tensor, ends: Tensor) -> Tensor:
    """Return the mean of each sentence's tokens: ``W x S x dimensions``, zero where there is none.

    Args:
        hidden: ``W x T x dimensions``.
        ends: ``W x S``, position of each sentence's separator, 0 where there is none.
    """
    starts = torch.cat([torch.ones_like(ends[:, :1]), ends[:, :-1] + 1], 1)
    rows = torch.arange(len(hidden)).unsqueeze(1)
    sums = _sums(hidden)
    total = sums[rows, ends] - sums[rows, torch.minimum(starts, ends)]
    return total / (ends - starts).clamp(min=1).unsqueeze(-1) * (ends > 0).unsqueeze(-1)


def _sums(hidden: Tensor) -> Tensor:
    """Return the sum of the tokens before each token, and of all: ``W x (T + 1) x dimensions``."""
    return torch.cat([torch.zeros_like(hidden[:, :1]), hidden.cumsum(1)], 1)
