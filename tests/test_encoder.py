"""The large encoder: its fixed layers can be read ahead, and tuning leaves them alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import MPNetConfig, MPNetModel

from xcase.annotate.encoder import TUNED_LAYERS, Encoder, Trunk
from xcase.transformer import Transformer

IDS = torch.randint(5, 50, (2, 9), generator=torch.Generator().manual_seed(2))
MASK = torch.tensor([[1] * 9, [1] * 6 + [0] * 3])


@pytest.fixture
def model(tmp_path: Path) -> Transformer:
    torch.manual_seed(1)
    config = MPNetConfig(
        vocab_size=50,
        hidden_size=24,
        num_hidden_layers=TUNED_LAYERS + 1,
        num_attention_heads=3,
        intermediate_size=32,
    )
    MPNetModel(config, add_pooling_layer=False).save_pretrained(tmp_path)
    return Transformer.published(tmp_path)


@torch.no_grad()
def test_untrained_it_is_the_published_model(model: Transformer) -> None:
    torch.testing.assert_close(Encoder(model)(IDS, MASK), model(IDS, MASK))


@torch.no_grad()
def test_what_the_trunk_read_before_changes_nothing(model: Transformer) -> None:
    encoder = Encoder(model)
    below = encoder.trunk(IDS, MASK)
    torch.testing.assert_close(encoder(IDS, MASK, below), encoder(IDS, MASK))


@torch.no_grad()
def test_tuning_leaves_the_published_layers_alone(model: Transformer) -> None:
    trunk = Trunk(model, TUNED_LAYERS)
    before = model(IDS, MASK), trunk(IDS, MASK)
    for parameter in Encoder(model).upper.parameters():
        parameter.add_(1.0)
    after = model(IDS, MASK), trunk(IDS, MASK)
    torch.testing.assert_close(after, before)


@torch.no_grad()
def test_what_was_trained_with_fewer_layers_goes_on_with_more(model: Transformer) -> None:
    few, more = Encoder(model, tuned=2), Encoder(model, tuned=4)
    for parameter in few.upper.parameters():
        parameter.add_(0.1)
    trained = {k: v for k, v in few.state_dict().items() if k.startswith("upper.")}
    assert not more.load_state_dict(trained, strict=False).unexpected_keys
    torch.testing.assert_close(more(IDS, MASK), few(IDS, MASK))
