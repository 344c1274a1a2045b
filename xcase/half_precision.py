"""bfloat16 where the processor is fast at it: whether it is, and weights as it reads them best.

oneDNN, by which torch multiplies, brings a weight into blocks of its own order at each call. The
weights of a model that is only read can stay in that order: a fifth to a third faster on windows of
250 tokens, and the same figures (one-off runs).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Tokens for which the order of a weight is chosen: those of a usual window.
TOKENS = 256


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 matrices faster than float32 ones.

    Intel's do with AMX alone, with AVX-512 they are slower at it; AMD's are twice as fast with
    AVX-512 (one-off runs).
    """
    able = torch.cpu.get_capabilities()
    amd = str(able.get("cpu_name", "")).startswith("AMD")
    return bool(able.get("amx_bf16") or (amd and able.get("avx512_bf16")))


class PackedLinear(nn.Module):
    """A bfloat16 ``nn.Linear`` for reading, its weight in oneDNN's order.

    Args:
        linear: is left as it is.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach().contiguous()
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight, TOKENS)
        self.bias = None if linear.bias is None else linear.bias.detach()

    def forward(self, vectors: Tensor) -> Tensor:
        """Return what the linear layer makes of ``... x in``: ``... x out``."""
        made: Tensor = torch.ops.mkldnn._linear_pointwise(
            vectors, self.weight, self.bias, "none", [], ""
        )
        return made


def pack(module: nn.Module) -> None:
    """Put a packed layer in the place of each bfloat16 linear layer; the module cannot be trained.

    Nothing is changed where torch was built without these operators.
    """
    if not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return
    for name, child in module.named_children():
        if isinstance(child, nn.Linear) and child.weight.dtype == torch.bfloat16:
            setattr(module, name, PackedLinear(child))
        else:
            pack(child)
