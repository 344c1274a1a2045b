"""What several networks say together is the mean of what each says, by its share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from test_network import SHORT, network

from xcase.annotate.ensemble import Ensemble
from xcase.annotate.network import Network
from xcase.annotate.weights import give_weights, load_weights, save_weights
from xcase.extract.industry import PAGE, heard_in
from xcase.records import Annotation, Heard

SPANS = [(1, 3, 0), (4, 6, 1)]


def two() -> list[Network]:
    first, second = network(), network()
    with torch.no_grad():
        for parameter in second.parameters():
            parameter.mul_(-0.5)
    return [first, second]


def test_the_mean_is_weighed_by_the_shares() -> None:
    both = two()
    first, second = (Ensemble([one], (1.0,)).read(SHORT) for one in both)
    said = Ensemble(both, (0.75, 0.25)).read(SHORT)
    for name in ("phase", "case_start", "tags", "has_case", "industry_from", "industry_to"):
        expected = 0.75 * getattr(first, name) + 0.25 * getattr(second, name)
        np.testing.assert_allclose(getattr(said, name), expected, atol=1e-6)
    assert not np.allclose(first.tags, second.tags)
    for head, values in said.label(SPANS).items():
        expected = 0.75 * first.label(SPANS)[head] + 0.25 * second.label(SPANS)[head]
        np.testing.assert_allclose(values, expected, atol=1e-6)
        np.testing.assert_allclose(values.sum(1), 1.0, atol=1e-5)


def test_a_part_of_a_page_is_heard_by_its_own_sentences_and_a_little_by_the_page() -> None:
    said = Ensemble(two(), (0.75, 0.25)).read(SHORT)
    heard = tuple(Heard(n, rows(sides), rows(labels)) for n, sides, labels in said.heard)
    sides = (said.industry_from, said.industry_to)
    page = Annotation((), (), 1.0, *(tuple(map(float, side)) for side in sides), (), heard)
    for side, whole in enumerate(sides):
        np.testing.assert_allclose(heard_in(page, 0, 2)[side], whole, atol=1e-6)
        # Alone a sentence counts whole, and for either side alike.
        odds = [(n, np.exp(labels[1])) for n, _, labels in said.heard]
        alone = sum(n * o / o.sum() for n, o in odds)
        told = heard_in(page, 1, 2)[side]
        np.testing.assert_allclose(told, PAGE * whole + (1 - PAGE) * alone, atol=1e-6)


def rows(table: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, table.tolist()))


def test_weights_come_back_as_they_were_but_for_rounding(tmp_path: Path) -> None:
    made = torch.Generator().manual_seed(5)
    rows = torch.randn(6, 40, generator=made) * torch.logspace(-3, 2, 6).unsqueeze(1)
    rows[2] = 0.0
    given = {"layer.weight": rows, "layer.bias": torch.randn(6, generator=made)}
    save_weights(given, tmp_path / "w.safetensors")
    told = load_weights(tmp_path / "w.safetensors")
    assert told.keys() == given.keys()
    assert all(value.dtype == torch.float32 for value in told.values())
    off = (told["layer.weight"] - rows).abs().amax(1)
    assert bool((off <= rows.abs().amax(1) / (2 * 127) + 1e-7).all())
    torch.testing.assert_close(told["layer.bias"], given["layer.bias"], atol=2e-3, rtol=1e-3)


def test_a_matrix_takes_a_byte_a_number(tmp_path: Path) -> None:
    save_weights({"layer.weight": torch.randn(256, 512)}, tmp_path / "w.safetensors")
    assert (tmp_path / "w.safetensors").stat().st_size < 1.05 * 256 * 512


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path, layers = tmp_path / "w.safetensors", torch.nn.ModuleDict()
    layers["encoder"], layers["head"] = torch.nn.Linear(3, 2), torch.nn.Linear(2, 1, bias=False)
    save_weights({"head.weight": torch.ones(1, 2)}, path)
    give_weights(layers, path)
    assert layers["head"].weight.tolist() == [[1.0, 1.0]]
    save_weights({"head.weight": torch.ones(1, 2), "upper.0.bias": torch.ones(2)}, path)
    with pytest.raises(ValueError, match=r"another network: upper\.0\.bias"):
        give_weights(layers, path)
    save_weights({"encoder.bias": torch.ones(2)}, path)
    with pytest.raises(ValueError, match=r"another network: head\.weight"):
        give_weights(layers, path)
