"""The small encoder reads the windows of the large one as its own tokenizer would cut them."""

from __future__ import annotations

import pytest
import torch
from transformers import BertModel

from xcase.annotate.encoder import load_tokenizer
from xcase.annotate.minilm import MiniLMEncoder, load_minilm
from xcase.embed.runtimes import load_base

TEXT = "Zoë's mentor, a seasoned 57-year-old, said: “Delegate!” Café 東京 \U0001f600 unaffable."


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    tokenizer = load_tokenizer()
    return load_minilm(tokenizer, exact=True)


@torch.no_grad()
def test_tokens_have_the_vectors_of_the_published_model(encoder: MiniLMEncoder) -> None:
    tokenizer = load_tokenizer()
    ids = torch.tensor([tokenizer.encode(TEXT).ids])
    base = load_base()
    own = base.tokenizer(TEXT, return_tensors="pt")
    assert encoder.trunk.numbers[ids].tolist() == own.input_ids.tolist()
    model: BertModel = base[0].auto_model
    mask = torch.ones_like(ids)
    torch.testing.assert_close(encoder(ids, mask), model(**own).last_hidden_state)


@torch.no_grad()
def test_words_read_ahead_change_nothing(encoder: MiniLMEncoder) -> None:
    ids = torch.tensor([[0, 2054, 3000, 2, 1]])
    mask = torch.tensor([[1, 1, 1, 1, 0]])
    below = encoder.trunk(ids, mask)
    torch.testing.assert_close(encoder(ids, mask, below), encoder(ids, mask))
