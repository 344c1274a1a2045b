"""The encoders read as transformers, with which their weights were published, reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

from xcase.transformer import Transformer

SHAPE = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 32,
}
# Longer than the distances that MPNet tells apart one by one.
IDS = torch.randint(5, 50, (2, 300), generator=torch.Generator().manual_seed(2))
MASK = torch.ones_like(IDS)
MASK[1, 200:] = 0


def published(kind: str, folder: Path) -> Any:
    """Write a small random model as the large ones were published, and return it."""
    torch.manual_seed(1)
    made = (
        MPNetModel(MPNetConfig(**SHAPE), add_pooling_layer=False)
        if kind == "mpnet"
        else BertModel(BertConfig(**SHAPE))
    ).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    made.save_pretrained(folder)
    return made


@pytest.mark.parametrize("kind", ["mpnet", "bert"])
@torch.no_grad()
def test_tokens_have_the_vectors_that_the_library_gives_them(kind: str, tmp_path: Path) -> None:
    theirs = published(kind, tmp_path)
    expected = theirs(IDS, attention_mask=MASK).last_hidden_state
    read = Transformer.published(tmp_path)(IDS, MASK)
    torch.testing.assert_close(read[MASK.bool()], expected[MASK.bool()], atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_longer_window_after_a_shorter_one_is_read_alike(tmp_path: Path) -> None:
    published("mpnet", tmp_path)
    used, fresh = Transformer.published(tmp_path), Transformer.published(tmp_path)
    used(IDS[:, :4], MASK[:, :4])
    torch.testing.assert_close(used(IDS, MASK), fresh(IDS, MASK))
    expected = Transformer.published(tmp_path)(IDS[:1, :4], MASK[:1, :4])
    torch.testing.assert_close(used(IDS[:1, :4], MASK[:1, :4]), expected)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    published("bert", tmp_path)
    config = tmp_path / "config.json"
    config.write_text(
        config.read_text().replace('"num_hidden_layers": 2', '"num_hidden_layers": 3')
    )
    with pytest.raises(RuntimeError, match=r"layers\.2"):
        Transformer.published(tmp_path)


def test_reading_a_text_imports_no_transformers() -> None:
    told = (
        "import sys\n"
        "from xcase.annotate.annotator import Annotator\n"
        "from xcase.parse import parse\n"
        "text = 'Priya asked Tom for help. He taught her to plan.'\n"
        "(parsed,) = parse([text])\n"
        "Annotator.load().annotate([(text, *parsed)])\n"
        "print('transformers' in sys.modules, 'torch._dynamo' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]
