"""The sentence model says the same in each of the ways in which it is run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xcase.embed import MiniLM, SentenceModel, model_name
from xcase.embed.minilm import MANY, SOME
from xcase.embed.portable import file_of, open_file
from xcase.embed.runtimes import Runtime, in_half_precision, load_base
from xcase.half_precision import PackedLinear, fast_bfloat16, pack

TEXTS = [
    "I am a ward nurse and I freeze when I have to delegate.",
    "Prices",
    "She sold four of the eleven goats at Ahero in one morning — including the doe. " * 40,
    "…",
]

needs_export = pytest.mark.skipif(
    not file_of(model_name()).is_file(), reason="no ONNX form yet; run scripts/export_onnx.py"
)


class Counted:
    """A network that counts its calls: each token's vector says where it stands."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, ids: np.ndarray, _: np.ndarray) -> np.ndarray:
        self.calls += 1
        places = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
        return np.eye(384, dtype=np.float32)[places]


@needs_export
def test_the_portable_vectors_are_those_of_sentence_transformers() -> None:
    ours = MiniLM.load().encode(TEXTS)
    theirs = load_base().encode(TEXTS[:2], normalize_embeddings=True, show_progress_bar=False)
    assert np.abs(np.stack([v.whole for v in ours[:2]]) - theirs).max() < 1e-5
    for one, other in zip(ours, MiniLM.reference().encode(TEXTS), strict=True):
        assert np.array_equal(one.spans, other.spans)
        assert np.abs(one.tokens - other.tokens).max(initial=0) < 1e-4


def test_a_damaged_portable_file_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    assert open_file(path) is None
    path.write_bytes(b"not a model")
    assert open_file(path) is None


def test_where_the_portable_file_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XCASE_CACHE", str(tmp_path))
    assert file_of("model:abc").parent == tmp_path
    assert ":" not in file_of("model:abc").name


def test_many_texts_are_read_another_way() -> None:
    few, many = Counted(), Counted()
    tokenizer = MiniLM.reference().tokenizer
    encoder = MiniLM(Runtime(few, 512), tokenizer, "counted", lambda: Runtime(many, 64, workers=2))
    encoder.encode(["a"] * SOME)
    assert (few.calls > 0, many.calls) == (True, 0)
    few.calls = 0
    assert len(encoder.encode([f"{n} b" for n in range(MANY)])) == MANY
    assert (few.calls, many.calls > 1) == (0, True)
    encoder.encode(["a"] * SOME)
    assert few.calls == 0
    encoder.encode(["a"])
    assert few.calls == 1


def test_the_windows_of_a_long_text_come_in_order() -> None:
    encoder = MiniLM(Runtime(Counted(), 512), MiniLM.reference().tokenizer, "counted")
    (told,) = encoder.encode(TEXTS[2:3])
    assert len(told.tokens) > 512
    assert (np.diff(told.spans[:, 0]) > 0).all()


@pytest.mark.skipif(not fast_bfloat16(), reason="half precision is not used here")
def test_half_precision_says_almost_the_same() -> None:
    slow, half = MiniLM.reference(), in_half_precision()
    assert half is not None
    fast = MiniLM(half, slow.tokenizer, slow.name)
    for one, other in zip(fast.encode(TEXTS), slow.encode(TEXTS), strict=True):
        assert ((one.tokens * other.tokens).sum(1) > 0.999).all()


def test_texts_become_rows_in_their_order() -> None:
    asked: list[int] = []

    class Once:
        name = "once"

        def encode(self, texts: list[str]) -> list[object]:
            asked.append(len(texts))
            return MiniLM(Runtime(Counted(), 512), tokenizer, "counted").encode(texts)  # type: ignore[return-value]

    tokenizer = MiniLM.reference().tokenizer
    model = SentenceModel(Once)  # type: ignore[arg-type]
    assert model.encode([]).shape == (0, 384)
    rows = model.encode([*["one two three"] * 4096, "one"])
    assert asked == [4096, 1]
    assert rows.shape == (4097, 384)
    assert not np.allclose(rows[0], rows[-1])


@pytest.mark.skipif(not fast_bfloat16(), reason="half precision is not used here")
def test_packed_weights_say_the_same() -> None:
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers = nn.Sequential(nn.Linear(96, 160), nn.GELU(), nn.Sequential(nn.Linear(160, 32, False)))
    layers = layers.to(torch.bfloat16)
    vectors = torch.randn(3, 17, 96).to(torch.bfloat16)
    with torch.inference_mode():
        expected = layers(vectors)
        pack(layers)
        assert isinstance(layers[0], PackedLinear)
        assert isinstance(layers[2][0], PackedLinear)
        assert torch.allclose(layers(vectors).float(), expected.float(), atol=1e-2)


def test_float32_weights_are_not_packed() -> None:
    from torch import nn

    layers = nn.Sequential(nn.Linear(4, 4))
    pack(layers)
    assert type(layers[0]) is nn.Linear
