"""Trained tensors on disk: half precision, or eight bits and a scale for each row.

Eight bits halve the file again; the rows of a layer differ in size, so each has its own scale, and
what is lost is below what half precision keeps of the largest weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

_SCALE = ".scale"
_LARGEST = 127


def save_weights(tensors: Mapping[str, Tensor], path: Path, *, eight_bits: bool = False) -> None:
    """Write tensors; matrices in eight bits if told so, all else in half precision."""
    packed = {}
    for name, value in tensors.items():
        value = value.detach().float()
        if eight_bits and value.dim() == 2:
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
