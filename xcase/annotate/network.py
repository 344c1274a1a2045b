"""One encoder, several heads: the network that reads a whole document at once.

A MiniLM encoder (Wang et al. 2020) whose word embeddings stay those of the pinned
all-MiniLM-L6-v2 and whose six layers were fine-tuned here runs over a window of sentences. Heads
read

- the separator after each sentence: its phase, and whether a new case begins there;
- each token: whether it is in a skill, an outcome, a duration, or names the mentee or mentor;
- each span: which skill with which status and holder, or which type and polarity of outcome;
- all sentences together: the industries before and after, each sentence weighed for either side;
- the first token of the window: whether there is a case at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from xcase.annotate.labels import OUTSIDE, SIZES, SPAN_KINDS
from xcase.annotate.windows import PLACES
from xcase.sentences import KINDS

HIDDEN = 384
DROPOUT = 0.2
SPAN_HEADS = ("skill", "status", "holder", "outcome", "polarity")
# At this scale the cosines of a span with 66 names make a soft but clear choice.
NAME_SCALE = 10.0


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
    """What the network says of a batch; all but ``hidden`` are logits."""

    hidden: Tensor  # W x T x HIDDEN
    phase: Tensor  # W x S x 4
    case_start: Tensor  # W x S
    tags: Tensor  # W x T x SPAN_KINDS x 3
    has_case: Tensor  # W
    industry_from: Tensor  # W x 21
    industry_to: Tensor  # W x 21


class Network(nn.Module):
    """The encoder with its heads; ``encoder`` is a ``transformers.BertModel``."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(DROPOUT)
        self.kind = nn.Embedding(len(KINDS), HIDDEN)
        self.place = nn.Embedding(PLACES, HIDDEN)
        self.sentence = nn.Sequential(nn.Linear(HIDDEN, HIDDEN), nn.GELU(), nn.LayerNorm(HIDDEN))
        self.phase = nn.Linear(HIDDEN, SIZES["phase"])
        self.case_start = nn.Linear(HIDDEN, 1)
        self.tags = nn.Linear(HIDDEN, len(SPAN_KINDS) * 3)
        self.span = nn.Sequential(nn.Linear(2 * HIDDEN, HIDDEN), nn.GELU(), nn.LayerNorm(HIDDEN))
        self.skill = nn.Linear(HIDDEN, SIZES["skill"])
        self.skill_name = nn.Linear(HIDDEN, SIZES["skill"], bias=False)
        nn.init.zeros_(self.skill_name.weight)
        self.status = nn.Linear(HIDDEN, SIZES["status"])
        self.holder = nn.Linear(HIDDEN, SIZES["holder"])
        self.outcome = nn.Linear(HIDDEN, SIZES["outcome"])
        self.polarity = nn.Linear(HIDDEN, SIZES["polarity"])
        self.has_case = nn.Linear(HIDDEN, 1)
        self.industry = nn.Linear(HIDDEN, SIZES["industry"])
        self.industry_side = nn.Linear(HIDDEN, 2)

    def forward(self, batch: Batch) -> Reading:
        hidden = self.encoder(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
        hidden = self.dropout(hidden)
        index = batch.ends.unsqueeze(-1).expand(-1, -1, HIDDEN)
        sentences = hidden.gather(1, index) + self.kind(batch.kinds) + self.place(batch.places)
        sentences = self.dropout(self.sentence(sentences))
        # Each sentence says which industry it speaks of, and how much it counts for either side.
        absent = (batch.ends == 0).unsqueeze(-1)
        sides = self.industry_side(sentences).float().masked_fill(absent, -1e4).softmax(1)
        industry = torch.einsum("wsd,wsl->wdl", sides, self.industry(sentences).float())
        return Reading(
            hidden=hidden,
            phase=self.phase(sentences),
            case_start=self.case_start(sentences).squeeze(-1),
            tags=self.tags(hidden).unflatten(-1, (len(SPAN_KINDS), 3)),
            has_case=self.has_case(hidden[:, 0]).squeeze(-1),
            industry_from=industry[:, 0],
            industry_to=industry[:, 1],
        )

    def name_skills(self, vectors: Any) -> None:
        """Begin with the base model's idea of the skills: ``skills x HIDDEN`` unit vectors."""
        self.skill_name.weight.data = NAME_SCALE * torch.as_tensor(vectors)

    def label(self, hidden: Tensor, spans: Tensor) -> dict[str, Tensor]:
        """Return the logits of each of ``SPAN_HEADS`` for each span.

        Args:
            hidden: ``W x T x HIDDEN`` from :meth:`forward`.
            spans: ``N x 4`` of window, first token, token after the last, and the position of the
                separator of the sentence.

        Returns:
            ``N x labels`` by head, read from the mean of the span's tokens beside the vector of
            its sentence; a skill also from how close that mean is to the skill's name.
        """
        window, first, last, end = spans.unbind(1)
        sums = torch.cat([torch.zeros_like(hidden[:, :1]), hidden.float().cumsum(1)], 1)
        mean = (sums[window, last] - sums[window, first]) / (last - first).unsqueeze(1)
        vectors = self.span(torch.cat([mean, hidden[window, end].float()], 1))
        vectors = self.dropout(vectors)
        logits = {head: getattr(self, head)(vectors) for head in SPAN_HEADS}
        logits["skill"] = logits["skill"] + self.skill_name(functional.normalize(mean, dim=-1))
        return logits


def inside_probability(tags: Tensor) -> Tensor:
    """Return the probability of not being outside: ``... x SPAN_KINDS`` from ``... x 3`` logits."""
    return 1 - tags.float().softmax(-1)[..., OUTSIDE]
