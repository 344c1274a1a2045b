"""The heads read sentences and spans by their tokens, and padding says nothing."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xcase.annotate.network import Batch, Network, sentence_means


class OneVectorPerToken(nn.Module):
    """Stands for the encoder: a token's vector depends on its id alone."""

    dimensions, scale = 32, 8.0

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(20, self.dimensions)

    def forward(self, ids: Tensor, mask: Tensor, *_: Tensor | None) -> Tensor:
        vectors: Tensor = self.table(ids) * mask.unsqueeze(-1)
        return vectors


def network() -> Network:
    torch.manual_seed(3)
    made = Network(OneVectorPerToken())
    return made.eval()


# <s> a b </s> c d e </s>
SHORT = Batch(
    ids=torch.tensor([[1, 5, 6, 2, 7, 8, 9, 2]]),
    mask=torch.ones(1, 8, dtype=torch.long),
    ends=torch.tensor([[3, 7]]),
    kinds=torch.zeros(1, 2, dtype=torch.long),
    places=torch.tensor([[0, 9]]),
)


def padded(batch: Batch) -> Batch:
    """Return the same window beside a longer one."""
    longer = torch.tensor([[1, 3, 4, 2, 5, 2, 6, 7, 8, 2]])
    return Batch(
        ids=torch.cat([nn.functional.pad(batch.ids, (0, 2)), longer]),
        mask=torch.cat([nn.functional.pad(batch.mask, (0, 2)), torch.ones_like(longer)]),
        ends=torch.cat([nn.functional.pad(batch.ends, (0, 1)), torch.tensor([[3, 5, 9]])]),
        kinds=torch.zeros(2, 3, dtype=torch.long),
        places=torch.cat([nn.functional.pad(batch.places, (0, 1)), torch.tensor([[0, 4, 9]])]),
    )


def test_a_sentence_is_the_mean_of_its_tokens() -> None:
    hidden = torch.arange(8.0).reshape(1, 8, 1)
    means = sentence_means(hidden, torch.tensor([[3, 7, 0]]))
    assert means.flatten().tolist() == [1.5, 5.0, 0.0]


@torch.no_grad()
def test_padding_changes_nothing_that_a_window_says() -> None:
    net = network()
    alone, beside = net(SHORT), net(padded(SHORT))
    for head in ("has_case", "industry_from", "industry_to"):
        torch.testing.assert_close(getattr(beside, head)[:1], getattr(alone, head))
    for head in ("phase", "case_start"):
        torch.testing.assert_close(getattr(beside, head)[:1, :2], getattr(alone, head))
    torch.testing.assert_close(beside.tags[:1, :8], alone.tags)


@torch.no_grad()
def test_a_span_is_labelled_by_its_own_tokens_and_its_sentence() -> None:
    net = network()
    spans = torch.tensor([[0, 1, 3, 0]])
    before = net.label(net(SHORT), spans)
    elsewhere = SHORT.ids.clone()
    elsewhere[0, 5] = 12
    other = Batch(elsewhere, SHORT.mask, SHORT.ends, SHORT.kinds, SHORT.places)
    torch.testing.assert_close(net.label(net(other), spans)["status"], before["status"])
    inside = SHORT.ids.clone()
    inside[0, 1] = 12
    changed = Batch(inside, SHORT.mask, SHORT.ends, SHORT.kinds, SHORT.places)
    assert not torch.allclose(net.label(net(changed), spans)["status"], before["status"])
