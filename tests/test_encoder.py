"""Phrases are read as the published model reads them."""

from __future__ import annotations

import torch
from transformers import MPNetConfig, MPNetModel

from xcase.annotate.encoder import token_vectors


def test_tokens_have_the_vectors_that_the_library_gives_them() -> None:
    torch.manual_seed(1)
    config = MPNetConfig(
        vocab_size=50,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=32,
    )
    model = MPNetModel(config, add_pooling_layer=False).eval()
    ids = torch.randint(5, 50, (2, 9))
    mask = torch.tensor([[1] * 9, [1] * 6 + [0] * 3])
    with torch.no_grad():
        expected = model(ids, attention_mask=mask).last_hidden_state
        read = token_vectors(model, ids, mask)
    torch.testing.assert_close(read[mask.bool()], expected[mask.bool()], atol=1e-5, rtol=1e-4)
