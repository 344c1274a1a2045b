"""The pinned MiniLM as a second encoder: small, and all of it tuned but its words.

MiniLM (Wang et al. 2020) as sentence-transformers trained it (all-MiniLM-L6-v2). It errs elsewhere
than the large encoder, so that what both say together is right more often, for a tenth of the cost.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from xcase import models
from xcase.half_precision import fast_bfloat16

MODEL = "all-minilm-l6-v2"


class Words(nn.Module):
    """The word vectors, which are never trained.

    Args:
        vectors: of the word pieces.
        numbers: which of them each token id of a window is.
    """

    def __init__(self, vectors: nn.Module, numbers: Tensor) -> None:
        super().__init__()
        self.vectors = vectors
        self.register_buffer("numbers", numbers, persistent=False)

    def forward(self, ids: Tensor, _: Tensor) -> Tensor:
        """Return ``W x T x dimensions`` from token ids (``W x T``)."""
        words: Tensor = self.vectors(self.numbers[ids])  # type: ignore[index]
        return words


class MiniLMEncoder(nn.Module):
    """Token vectors of windows; the same interface as :class:`xcase.annotate.encoder.Encoder`.

    Args:
        model: a ``transformers.BertModel``; all of it but the word vectors is tuned.
        numbers: which of its word pieces each token id of a window is.
    """

    # Brings the vectors to unit variance, as the heads begin with; directions stay.
    scale = 2.4

    def __init__(self, model: Any, numbers: Tensor) -> None:
        super().__init__()
        self.dimensions: int = model.config.hidden_size
        self.trunk = Words(model.embeddings.word_embeddings, numbers)
        self.upper = model

    def forward(self, ids: Tensor, mask: Tensor, below: Tensor | None = None) -> Tensor:
        """Return ``W x T x dimensions`` from token ids and mask (``W x T``).

        ``below`` is what the trunk made of these ids before.
        """
        words = self.trunk(ids, mask) if below is None else below
        read: Tensor = self.upper(inputs_embeds=words, attention_mask=mask).last_hidden_state
        return read


def load_minilm(tokenizer: Any, *, exact: bool = False) -> MiniLMEncoder:
    """Return the encoder for windows that ``tokenizer`` made; no hub is reached for.

    Args:
        tokenizer: that of the large encoder.
        exact: float32 also where bfloat16 is faster.

    Raises:
        ModelError: a file is missing or is not the pinned one.
    """
    from transformers import BertModel, BertTokenizerFast

    folder = models.locate(MODEL) / "model"
    model = BertModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False)
    own = BertTokenizerFast.from_pretrained(folder, local_files_only=True)
    if fast_bfloat16() and not exact:
        model.to(torch.bfloat16)
    return MiniLMEncoder(model.eval(), _numbers(tokenizer, own))


def _numbers(tokenizer: Any, own: Any) -> Tensor:
    """Return the id that each word piece of one tokenizer has in the other.

    Both cut words alike, into the pieces of BERT; only what stands around sentences differs.
    """
    alike = {
        tokenizer.cls_token: own.cls_token,
        tokenizer.sep_token: own.sep_token,
        tokenizer.pad_token: own.pad_token,
        tokenizer.mask_token: own.mask_token,
    }
    pieces = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    vocabulary = own.get_vocab()
    unknown = own.unk_token_id
    return torch.tensor([vocabulary.get(alike.get(piece, piece), unknown) for piece in pieces])
