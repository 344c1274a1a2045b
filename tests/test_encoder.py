"""The encoder reads as the published model does, and its fixed layers can be read ahead."""

from __future__ import annotations

import torch
from transformers import MPNetConfig, MPNetModel

from xcase.annotate.encoder import TUNED_LAYERS, Encoder, Trunk

IDS = torch.randint(5, 50, (2, 9), generator=torch.Generator().manual_seed(2))
MASK = torch.tensor([[1] * 9, [1] * 6 + [0] * 3])


def tiny() -> MPNetModel:
    torch.manual_seed(1)
    config = MPNetConfig(
        vocab_size=50,
        hidden_size=24,
        num_hidden_layers=TUNED_LAYERS + 1,
        num_attention_heads=3,
        intermediate_size=32,
    )
    return MPNetModel(config, add_pooling_layer=False).eval()


def test_tokens_have_the_vectors_that_the_library_gives_them() -> None:
    model = tiny()
    with torch.no_grad():
        expected = model(IDS, attention_mask=MASK).last_hidden_state
        read = Encoder(model)(IDS, MASK)
    torch.testing.assert_close(read[MASK.bool()], expected[MASK.bool()], atol=1e-5, rtol=1e-4)


def test_what_the_trunk_read_before_changes_nothing() -> None:
    encoder = Encoder(tiny())
    with torch.no_grad():
        below = encoder.trunk(IDS, MASK)
        torch.testing.assert_close(encoder(IDS, MASK, below), encoder(IDS, MASK))


def test_a_longer_window_after_a_shorter_one_is_read_alike() -> None:
    encoder = Encoder(tiny())
    with torch.no_grad():
        encoder(IDS[:, :4], MASK[:, :4])
        torch.testing.assert_close(encoder(IDS, MASK), Encoder(tiny())(IDS, MASK))
        torch.testing.assert_close(
            encoder(IDS[:1, :4], MASK[:1, :4]), Encoder(tiny())(IDS[:1, :4], MASK[:1, :4])
        )


def test_tuning_leaves_the_published_layers_alone() -> None:
    model = tiny()
    trunk = Trunk(model)
    with torch.no_grad():
        before = model(IDS, attention_mask=MASK).last_hidden_state, trunk(IDS, MASK)
        for parameter in Encoder(model).upper.parameters():
            parameter.add_(1.0)
        after = model(IDS, attention_mask=MASK).last_hidden_state, trunk(IDS, MASK)
    torch.testing.assert_close(after, before)
