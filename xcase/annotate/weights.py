"""Trained tensors on disk: matrices in eight bits and a scale for each row, all else in half
precision.

Eight bits halve the file; the rows of a layer differ in size, so each has its own scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

_SCALE = ".scale"
_LARGEST = 127


def save_weights(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Write tensors as safetensors."""
    packed = {}
    for name, value in tensors.items():
        value = value.detach().float()
        if value.dim() == 2:
            scale = (value.abs().amax(1) / _LARGEST).clamp(min=1e-12)
            packed[name] = (value / scale.unsqueeze(1)).round().to(torch.int8).contiguous()
            packed[name + _SCALE] = scale.contiguous()
        else:
            packed[name] = value.half().contiguous()
    save_file(packed, path)


def load_weights(path: Path) -> dict[str, Tensor]:
    """Return what :func:`save_weights` wrote, in float32."""
    packed = load_file(path)
    tensors = {}
    for name, value in packed.items():
        if name + _SCALE in packed:
            tensors[name] = value.float() * packed[name + _SCALE].unsqueeze(1)
        elif not (name.endswith(_SCALE) and name.removesuffix(_SCALE) in packed):
            tensors[name] = value.float()
    return tensors


def give_weights(network: nn.Module, path: Path) -> None:
    """Give a network what :func:`save_weights` wrote; of its encoder the rest stays as it is.

    Raises:
        ValueError: the file has a tensor for which the network has no place, or lacks a head.
    """
    told = network.load_state_dict(load_weights(path), strict=False)
    heads = [name for name in told.missing_keys if not name.startswith("encoder.")]
    if odd := [*told.unexpected_keys, *heads]:
        raise ValueError(f"{path.name} is of another network: {', '.join(odd[:3])}")
