"""Train the network on the labelled narratives of corpus/training.

    python scripts/train_annotator.py [--epochs N] [--seed S] [--out FILE]

About an hour on two cores. Each step reads whole narratives (some of them set beside others), short
passages with their skills and outcomes, phrases of the bank, and words of the industry table. The
word embeddings stay those of the pinned base model, so that only the layers and heads are stored,
in half precision.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import torch
from augment import augment, augment_passage, collage
from gold import Gold, from_passage, load
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from xcase import sentences
from xcase.annotate.annotator import batch_of, layers_of, load_base
from xcase.annotate.labels import BEGIN, INSIDE, SKILLS, SPAN_KINDS, industries
from xcase.annotate.network import Network, Reading
from xcase.annotate.windows import Window, pack
from xcase.records import HOLDERS, OUTCOME_TYPES, PHASES, POLARITIES, STATUSES
from xcase.sentences import Unit
from xcase.taxonomy import load_industries

ROOT = Path(__file__).parent.parent
TRAINING = ROOT / "corpus" / "training"
IGNORE = -100
BATCH = 8
BANK_BATCH = 32
INDUSTRY_BATCH = 32
# The encoder moves slowly, the new heads fast.
ENCODER_RATE, HEAD_RATE = 2e-4, 1e-3
# How many narratives are set beside other text: without it the network judges a page as a whole.
COLLAGES = 0.5
# Labels of a passage say nothing about durations and people.
PASSAGE_KINDS = ("skill", "outcome")
# Their tokens are mostly labelled ones, unlike a page's: they teach what, the narratives where.
PASSAGE_SHARE = 0.5
# Nine tokens in ten are outside of any span; unweighted, the tagger learns to say nothing.
TAG_WEIGHTS = (1.0, 4.0, 2.5)
# Two readers agree on three skills in four: the labels are not certain.
SMOOTHING = 0.05
# Every so many narratives one is held back, to choose thresholds on.
HELD_BACK = 12
WEIGHT = {"phase": 1.0, "start": 0.6, "tags": 6.0, "span": 1.0, "case": 0.3, "industry": 0.5}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "annotator.safetensors")
    parser.add_argument("--leave-out", default="", help="sources (file stems) to hold back")
    parser.add_argument("--all", action="store_true", help="hold nothing back for thresholds")
    args = parser.parse_args()
    held = set(args.leave_out.split(",")) - {""}
    narratives = load_all(held)
    if not args.all:
        narratives = [g for i, g in enumerate(narratives) if i % HELD_BACK]
    material = Material(narratives, load_passages(), load_bank(TRAINING / "phrases.jsonl"))
    train(material, epochs=args.epochs, seed=args.seed, out=args.out)


@dataclass(frozen=True, slots=True)
class Material:
    """What one epoch reads: narratives and passages once, the bank and the industry words often."""

    narratives: list[Gold]
    passages: list[Gold]
    bank: list[tuple[str, str, str]]


def load_all(leave_out: Collection[str] = ()) -> list[Gold]:
    """Read the labelled narratives of every writer but those left out."""
    return [
        g
        for path in sorted(TRAINING.glob("narratives-*.jsonl"))
        if path.stem.removeprefix("narratives-") not in leave_out
        for g in load(path)
    ]


def load_passages(pattern: str = "passages-*.jsonl") -> list[Gold]:
    """Read the passages, whose skills and outcomes are labelled and nothing else."""
    rows = [
        json.loads(line)
        for path in sorted(TRAINING.glob(pattern))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    split = sentences.split(row["text"] for row in rows)
    return [from_passage(row, units) for row, units in zip(rows, split, strict=True)]


def load_bank(path: Path) -> list[tuple[str, str, str]]:
    """Read the phrase bank as (phrase, skill, status)."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(r["phrase"], r["skill"], r["status"]) for r in rows]


def train(material: Material, *, epochs: int, seed: int, out: Path) -> None:
    """Train from the base model; save what differs from it after each epoch."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    base = load_base()
    tokenizer = base.tokenizer
    names = base.encode(list(SKILLS), normalize_embeddings=True)
    encoder = layers_of(base)
    for name, module in encoder.named_modules():
        if name.endswith("attention.self"):
            # Dropout inside attention would rule out the fast kernel: half of the time of a step.
            module.dropout.p = 0.0
    network = Network(encoder)
    network.name_skills(names)
    frozen = {n for n, _ in network.named_parameters() if "embeddings.word" in n}
    for name, parameter in network.named_parameters():
        parameter.requires_grad = name not in frozen
    own = [p for n, p in network.named_parameters() if n.startswith("encoder") and n not in frozen]
    heads = [p for n, p in network.named_parameters() if not n.startswith("encoder")]
    optimiser = torch.optim.AdamW(
        [{"params": own, "lr": ENCODER_RATE}, {"params": heads, "lr": HEAD_RATE}],
        weight_decay=0.01,
        fused=True,
    )
    per_epoch = -(-len(material.narratives) // BATCH)
    steps = epochs * per_epoch
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.1 * steps), max(0.0, (steps - s) / (0.9 * steps)))
    )
    network.train()
    bfloat16 = fast_bfloat16()
    print(
        f"{len(material.narratives)} narratives, {len(material.passages)} passages, "
        f"{len(material.bank)} phrases, {steps} steps",
        flush=True,
    )
    began = time.monotonic()
    for epoch in range(epochs):
        total: dict[str, float] = {}
        varied = [augment(g, rng) for g in material.narratives]
        varied = [collage(g, varied, rng) if rng.random() < COLLAGES else g for g in varied]
        batches = batches_of(varied, BATCH, rng)
        passages = [augment_passage(g, rng) for g in material.passages]
        aside = batches_of(passages, -(-len(passages) // len(batches)), rng)
        for golds, short in zip_longest(batches, aside, fillvalue=[]):
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                losses = narrative_losses(network, golds, tokenizer)
                losses |= passage_losses(network, short, tokenizer)
                losses["bank"] = bank_loss(
                    network, rng.sample(material.bank, BANK_BATCH), tokenizer
                )
                words = rng.sample(industry_words(), INDUSTRY_BATCH)
                losses["words"] = 0.3 * industry_word_loss(network, words, tokenizer)
            loss = sum(losses.values(), torch.zeros(()))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            for key, value in losses.items():
                total[key] = total.get(key, 0.0) + value.item()
        line = " ".join(f"{k} {v / len(batches):.3f}" for k, v in total.items())
        print(f"epoch {epoch + 1}/{epochs} {time.monotonic() - began:.0f}s {line}", flush=True)
        # After each epoch, so that an interrupted run leaves something to look at.
        save(network, frozen, out)


def save(network: Network, frozen: set[str], out: Path) -> None:
    """Write the tensors that differ from the base model, in half precision."""
    tensors = {
        name: value.detach().half().contiguous()
        for name, value in network.state_dict().items()
        if name not in frozen and "position_ids" not in name
    }
    save_file(tensors, out)
    print(f"wrote {out.name} ({out.stat().st_size / 1e6:.1f} MB)")


def batches_of(golds: list[Gold], size: int, rng: random.Random) -> list[list[Gold]]:
    """Return shuffled batches of texts of about the same length, so that little is padding."""
    golds.sort(key=lambda g: len(g.text) * rng.uniform(0.9, 1.1))
    batches = [golds[at : at + size] for at in range(0, len(golds), size)]
    rng.shuffle(batches)
    return batches


def fast_bfloat16() -> bool:
    """Measure whether this processor multiplies bfloat16 matrices faster than float32 ones."""

    def seconds(kind: torch.dtype) -> float:
        left, right = torch.ones(1024, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
        left @ right
        began = time.perf_counter()
        for _ in range(20):
            left @ right
        return time.perf_counter() - began

    return seconds(torch.bfloat16) < 0.7 * seconds(torch.float32)


def narrative_losses(
    network: Network, golds: Sequence[Gold], tokenizer: object
) -> dict[str, Tensor]:
    """Return the weighted losses of one batch of narratives."""
    pairs = [(g, w) for g in golds for w in pack(g.text, g.units, tokenizer)]
    windows = [w for _, w in pairs]
    reading = network(batch_of(windows))
    shape = reading.phase.shape[:2]
    phase = torch.full(shape, IGNORE)
    start = torch.full(shape, float(IGNORE))
    tags = torch.full(reading.tags.shape[:3], IGNORE)
    spans: list[tuple[list[int], tuple[str, ...], str]] = []
    for row, (g, w) in enumerate(pairs):
        for column, (unit, owned) in enumerate(zip(w.units, w.owned, strict=True)):
            if owned:
                phase[row, column] = PHASES.index(g.phases[unit])  # type: ignore[arg-type]
                start[row, column] = float(g.starts[unit])
        spans += tag_window(g, w, row, tags)
    losses = {
        "phase": functional.cross_entropy(
            reading.phase.flatten(0, 1).float(), phase.flatten(), ignore_index=IGNORE
        ),
        "tags": tag_loss(reading, tags),
    }
    known = start != IGNORE
    losses["start"] = functional.binary_cross_entropy_with_logits(
        reading.case_start[known].float(), start[known], pos_weight=torch.tensor(3.0)
    )
    losses |= document_losses(reading, pairs)
    losses |= span_losses(network, reading, spans)
    return {k: v * WEIGHT.get(k, 1.0) for k, v in losses.items()}


def passage_losses(network: Network, golds: Sequence[Gold], tokenizer: object) -> dict[str, Tensor]:
    """Return the weighted losses of one batch of passages."""
    if not golds:
        return {}
    pairs = [(g, w) for g in golds for w in pack(g.text, g.units, tokenizer)]
    reading = network(batch_of([w for _, w in pairs]))
    tags = torch.full(reading.tags.shape[:3], IGNORE)
    spans = [span for row, (g, w) in enumerate(pairs) for span in tag_window(g, w, row, tags)]
    for kind, name in enumerate(SPAN_KINDS):
        if name not in PASSAGE_KINDS:
            tags[:, :, kind] = IGNORE
    losses = {"tags": tag_loss(reading, tags), **span_losses(network, reading, spans)}
    return {f"passage {k}": PASSAGE_SHARE * WEIGHT[k] * v for k, v in losses.items()}


def tag_loss(reading: Reading, tags: Tensor) -> Tensor:
    """Return the loss of the token tags."""
    return functional.cross_entropy(
        reading.tags.flatten(0, 2).float(),
        tags.flatten(),
        weight=torch.tensor(TAG_WEIGHTS),
        ignore_index=IGNORE,
    )


def document_losses(reading: Reading, pairs: Sequence[tuple[Gold, Window]]) -> dict[str, Tensor]:
    """Return the losses of the heads that read a window as a whole."""
    labels = industries()
    told = [any(g.phases[unit] != "other" for unit in w.units) for g, w in pairs]
    cased = torch.tensor([float(t) for t in told])
    case = functional.binary_cross_entropy_with_logits(reading.has_case.float(), cased)
    industry = torch.zeros(())
    for logits, key in (
        (reading.industry_from, "industry_from"),
        (reading.industry_to, "industry_to"),
    ):
        known = [label in labels for label in (getattr(g, key) for g, _ in pairs)]
        target = [
            labels.index(getattr(g, key)) for (g, _), k in zip(pairs, known, strict=True) if k
        ]
        if target:
            row = functional.cross_entropy(
                logits[torch.tensor(known)].float(), torch.tensor(target)
            )
            industry = industry + row
    return {"case": case, "industry": industry}


def tag_window(
    gold: Gold, window: Window, row: int, tags: Tensor
) -> list[tuple[list[int], tuple[str, ...], str]]:
    """Write the token tags of a window into ``tags``; return its spans for the span heads."""
    owned = {u for u, mine in zip(window.units, window.owned, strict=True) if mine}
    for token, unit in enumerate(window.token_unit):
        if unit in owned:
            tags[row, token] = 0
    spans = []
    for span in gold.spans:
        tokens = [
            t
            for t, (a, b) in enumerate(window.offsets)
            if b > a and a < span.end and span.start < b and window.token_unit[t] in owned
        ]
        if not tokens:
            continue
        kind = SPAN_KINDS.index(span.kind)
        tags[row, tokens, kind] = INSIDE
        tags[row, tokens[0], kind] = BEGIN
        if span.labels:
            end = window.ends[window.units.index(window.token_unit[tokens[0]])]
            spans.append(([row, tokens[0], tokens[-1] + 1, end], span.labels, span.kind))
    return spans


def span_losses(
    network: Network,
    reading: Reading,
    spans: Sequence[tuple[list[int], tuple[str, ...], str]],
) -> dict[str, Tensor]:
    """Return the losses of the heads that label spans."""
    if not spans:
        return {}
    said = network.label(reading.hidden, torch.tensor([s for s, _, _ in spans]))
    loss = torch.zeros(())
    for kind, heads in (
        ("skill", (("skill", SKILLS), ("status", STATUSES), ("holder", HOLDERS))),
        ("outcome", (("outcome", OUTCOME_TYPES), ("polarity", POLARITIES))),
    ):
        rows = [i for i, (_, _, k) in enumerate(spans) if k == kind]
        for position, (head, names) in enumerate(heads):
            if not rows:
                continue
            target = torch.tensor([names.index(spans[i][1][position]) for i in rows])  # type: ignore[arg-type]
            logits = said[head][rows].float()
            smoothing = SMOOTHING if head == "skill" else 0.0
            loss = loss + functional.cross_entropy(logits, target, label_smoothing=smoothing)
    return {"span": loss}


def bank_loss(network: Network, rows: Sequence[tuple[str, str, str]], tokenizer: object) -> Tensor:
    """Return the loss of skill and status on phrases that stand alone."""
    windows = [pack(phrase, [Unit(0, len(phrase), "prose")], tokenizer)[0] for phrase, _, _ in rows]
    reading = network(batch_of(windows))
    spans = torch.tensor([[i, 1, w.ends[0], w.ends[0]] for i, w in enumerate(windows)])
    said = network.label(reading.hidden, spans)
    skill = torch.tensor([SKILLS.index(s) for _, s, _ in rows])
    status = torch.tensor([STATUSES.index(s) for _, _, s in rows])  # type: ignore[arg-type]
    return functional.cross_entropy(said["skill"].float(), skill) + 0.5 * functional.cross_entropy(
        said["status"].float(), status
    )


@functools.cache
def industry_words() -> list[tuple[str, str]]:
    """Return the phrases of the industry table, each with its industry."""
    return [
        (phrase, industry.label)
        for industry in load_industries()
        for phrase in (*industry.roles, *industry.places, *industry.words)
    ]


def industry_word_loss(
    network: Network, rows: Sequence[tuple[str, str]], tokenizer: object
) -> Tensor:
    """Return the loss of naming the industry of a role, workplace or topic that stands alone."""
    windows = [pack(phrase, [Unit(0, len(phrase), "prose")], tokenizer)[0] for phrase, _ in rows]
    target = torch.tensor([industries().index(label) for _, label in rows])
    return functional.cross_entropy(network(batch_of(windows)).industry_from.float(), target)


if __name__ == "__main__":
    main()
