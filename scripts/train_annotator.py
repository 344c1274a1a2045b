"""Train the networks on the labelled narratives of corpus/training.

    python scripts/train_annotator.py NETWORK [--epochs N] [--seed S] [--out FILE]

NETWORK is large, then deeper, which goes on with what lies in models/; small, then further. About
an hour each on two idle cores with fast bfloat16, half an hour for further. What the fixed layers
of the encoder make of a text is computed once; each step then reads whole narratives (some of them
set beside others), short passages with their skills and outcomes, passages that tell who is who,
passages that tell an industry before and after, phrases of the bank, and words of the industry
table. Only the layers that were tuned and the heads are stored.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from augment import augment, augment_passage, collage
from gold import Gold, GoldSpan, from_passage, load
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from xcase import sentences
from xcase.annotate.annotator import batch_of
from xcase.annotate.encoder import Encoder, load_mpnet, load_tokenizer
from xcase.annotate.labels import BEGIN, INSIDE, ROLES, SKILLS, SPAN_KINDS, industries
from xcase.annotate.minilm import load_minilm
from xcase.annotate.network import Network, Reading
from xcase.annotate.weights import give_weights, save_weights
from xcase.annotate.windows import Window, pack
from xcase.embed.runtimes import load_base
from xcase.extract import people
from xcase.half_precision import fast_bfloat16
from xcase.names import find_names
from xcase.records import HOLDERS, OUTCOME_TYPES, PHASES, POLARITIES, STATUSES, Tagged
from xcase.sentences import Unit
from xcase.taxonomy import load_industries

ROOT = Path(__file__).parent.parent
TRAINING = ROOT / "corpus" / "training"
HELD = ROOT / "corpus" / "held"
IGNORE = -100
BATCH = 8
PASSAGE_BATCH = 30
WHO_BATCH = 8
WHO_VARIANTS = 2
BANK_BATCH = 32
INDUSTRY_BATCH = 24
# How many narratives are set beside other text: without it the network judges a page as a whole.
COLLAGES = 0.5
# Tokens that the fixed layers read at once: more are slower, they leave the processor's cache.
BELOW_TOKENS = 1536
# Tokens of a passage are mostly labelled ones, unlike a page's: they teach what, narratives where.
PASSAGE_SHARE = 0.5
# Which tags are known of which material.
KNOWN_TAGS = {"passage": ("skill", "outcome"), "who": ("mentee", "mentor")}
# Nine tokens in ten are outside of any span; unweighted, the tagger learns to say nothing.
TAG_WEIGHTS = (1.0, 4.0, 2.5)
# Two readers agree on three skills in four: the labels are not certain.
SMOOTHING = 0.05
# Every so many narratives of TRAINING one is held back, and all of HELD, to choose thresholds on.
HELD_BACK = 12
WEIGHT = {
    "phase": 1.0, "start": 0.6, "tags": 6.0, "span": 1.0, "role": 1.0, "case": 0.3, "industry": 0.5,
    "shows": 0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one of the networks is trained; the encoder moves slowly, the new heads fast."""

    weights: str
    epochs: int
    seed: int
    encoder_rate: float
    head_rate: float
    # Of every narrative so many variants (names, genders, errors, cuts, collages) take turns.
    variants: int


# "deeper" goes on from what "large" left with more layers: they are let go from the top down, as
# Howard and Ruder 2018 (ULMFiT) do; an epoch of it takes twice the time. "further" goes on from
# what "small" left.
RECIPES = {
    "large": Recipe("annotator", 4, 7, 1e-4, 7e-4, 2),
    "deeper": Recipe("annotator", 2, 17, 7e-5, 3e-4, 2),
    "small": Recipe("annotator-small", 6, 8, 2e-4, 1e-3, 6),
    "further": Recipe("annotator-small", 3, 18, 1e-4, 5e-4, 3),
}
# How many of its last layers the large network tunes before it goes deeper.
FIRST_LAYERS = 3


@dataclass(frozen=True, slots=True)
class Material:
    """What is read: each narrative once an epoch, the rest in turn beside it."""

    narratives: list[Gold]
    passages: list[Gold]
    who: list[Gold]
    industries: list[Gold]
    bank: list[Gold]


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text as windows, each with what the fixed layers make of it (``T x HIDDEN``)."""

    gold: Gold
    windows: list[Window]
    below: list[Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", choices=RECIPES)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--out", type=Path)
    sources = sorted(p.stem.removeprefix("narratives-") for p in TRAINING.glob("narratives-*"))
    parser.add_argument("--leave-out", nargs="+", default=[], choices=sources, metavar="SOURCE")
    parser.add_argument("--all", action="store_true", help="hold nothing back for thresholds")
    args = parser.parse_args()
    narratives, held = divided()
    left = {g.id for s in args.leave_out for g in load(TRAINING / f"narratives-{s}.jsonl")}
    narratives = [g for g in (*narratives, *(held if args.all else ())) if g.id not in left]
    material = Material(
        with_names(narratives),
        load_passages("passages-*.jsonl"),
        load_passages("who-*.jsonl"),
        [*load_passages("industry-*.jsonl"), *industry_words()],
        load_bank(TRAINING / "phrases.jsonl"),
    )
    recipe = RECIPES[args.network]
    recipe = replace(recipe, epochs=args.epochs or recipe.epochs, seed=args.seed or recipe.seed)
    out = args.out or ROOT / "models" / f"{recipe.weights}.safetensors"
    torch.manual_seed(recipe.seed)
    train(*START[args.network](), material, recipe, out)


def start_large() -> tuple[Network, Any]:
    """Return the untrained network over MPNet, and the tokenizer."""
    model, tokenizer = load_mpnet(exact=True), load_tokenizer()
    network = Network(Encoder(model, FIRST_LAYERS))
    told = tokenizer.encode_batch(list(SKILLS))
    ids = pad_sequence([torch.tensor(t.ids) for t in told], batch_first=True, padding_value=-1)
    shown = (ids >= 0).long()
    with torch.no_grad():
        hidden = model(ids.clamp(min=0), shown)
    shown = shown.unsqueeze(-1)
    network.name_skills(functional.normalize((hidden * shown).sum(1) / shown.sum(1), dim=-1))
    return network, tokenizer


def start_small() -> tuple[Network, Any]:
    """Return the untrained network over MiniLM, and the tokenizer."""
    tokenizer = load_tokenizer()
    network = Network(load_minilm(tokenizer, exact=True))
    network.name_skills(load_base().encode(list(SKILLS), normalize_embeddings=True))
    return network, tokenizer


def start_deeper() -> tuple[Network, Any]:
    """Return the large network as it lies in models/, with more layers to train."""
    return as_it_is(Network(Encoder(load_mpnet(exact=True))), "large"), load_tokenizer()


def start_further() -> tuple[Network, Any]:
    """Return the small network as it lies in models/."""
    tokenizer = load_tokenizer()
    return as_it_is(Network(load_minilm(tokenizer, exact=True)), "small"), tokenizer


def as_it_is(network: Network, recipe: str) -> Network:
    """Give a network the weights that lie in models/."""
    give_weights(network, ROOT / "models" / f"{RECIPES[recipe].weights}.safetensors")
    return network


START = {
    "large": start_large,
    "deeper": start_deeper,
    "small": start_small,
    "further": start_further,
}


def load_all() -> list[Gold]:
    """Read the labelled narratives of every writer for training."""
    return [g for path in sorted(TRAINING.glob("narratives-*.jsonl")) for g in load(path)]


def divided() -> tuple[list[Gold], list[Gold]]:
    """Return the narratives that the networks are trained on, and those that none of them reads."""
    narratives = load_all()
    written = [g for path in sorted(HELD.glob("narratives-*.jsonl")) for g in load(path)]
    trained = [g for i, g in enumerate(narratives) if i % HELD_BACK]
    return trained, [*narratives[::HELD_BACK], *written]


def load_passages(pattern: str = "passages-*.jsonl") -> list[Gold]:
    """Read passages: of each only some kinds of label are known."""
    rows = [
        json.loads(line)
        for path in sorted(TRAINING.glob(pattern))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    split = sentences.split(row["text"] for row in rows)
    return [from_passage(row, units) for row, units in zip(rows, split, strict=True)]


def load_bank(path: Path) -> list[Gold]:
    """Read the phrase bank: each phrase is one span that stands alone."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [alone(r["phrase"], "", GoldSpan("bank", 0, 0, (r["skill"], r["status"]))) for r in rows]


def industry_words() -> list[Gold]:
    """Return the phrases of the industry table, each with its industry."""
    return [
        alone(phrase, industry.label)
        for industry in load_industries()
        for phrase in (*industry.roles, *industry.places, *industry.words)
    ]


def alone(phrase: str, industry: str, *spans: GoldSpan) -> Gold:
    """Return a phrase as a text of one sentence; its spans cover it all."""
    units = [Unit(0, len(phrase), "prose")]
    whole = [replace(s, end=len(phrase)) for s in spans]
    return Gold("", phrase, units, ["other"], [False], whole, True, industry, "", {})


def with_names(narratives: Sequence[Gold]) -> list[Gold]:
    """Add whoever is named to the spans, with his role and who of the story he is."""
    found = find_names([g.text for g in narratives])
    named = []
    for gold, names in zip(narratives, found, strict=True):
        told = [s for s in gold.spans if s.kind in ROLES]
        tagged = [Tagged("name", *name, 1.0, {}) for name in names]
        tagged += [Tagged(s.kind, s.start, s.end, 1.0, {}) for s in told]
        spans = list(gold.spans)
        for number, person in enumerate(people.candidates(gold.text, tagged)):
            roles = {
                s.kind
                for s in told
                for own in person.spans
                if s.start < own.end and own.start < s.end
            }
            if len(roles) < 2:
                role = roles.pop() if roles else "neither"
                who = f"{gold.id}:{number}"
                spans += [GoldSpan("name", s.start, s.end, (role, who)) for s in person.spans]
        named.append(replace(gold, spans=spans))
    return named


def train(network: Network, tokenizer: Any, material: Material, recipe: Recipe, out: Path) -> None:
    """Train from the base model; save what differs from it after each epoch."""
    rng = random.Random(recipe.seed)
    encoder: Any = network.encoder
    began = time.monotonic()
    prepare = Reader(encoder, tokenizer)
    variants = [prepare(varied(material.narratives, rng)) for _ in range(recipe.variants)]
    passages = prepare([augment_passage(g, rng) for g in material.passages])
    # With other names each time: there are few enough of them to be learnt by heart.
    who = prepare([augment(g, rng) for _ in range(WHO_VARIANTS) for g in material.who])
    fields, bank = prepare(material.industries), prepare(material.bank)
    for name, parameter in network.named_parameters():
        parameter.requires_grad = is_tuned(name)
    own = [p for n, p in network.named_parameters() if is_tuned(n) and n.startswith("encoder")]
    heads = [p for n, p in network.named_parameters() if not n.startswith("encoder")]
    optimiser = torch.optim.AdamW(
        [{"params": own, "lr": recipe.encoder_rate}, {"params": heads, "lr": recipe.head_rate}],
        weight_decay=0.01,
        fused=True,
    )
    steps = recipe.epochs * -(-len(material.narratives) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.1 * steps), max(0.0, (steps - s) / (0.9 * steps)))
    )
    network.train()
    print(
        f"{len(material.narratives)} narratives, {len(passages)} passages, {len(who)} of people, "
        f"{len(fields)} of industries, {len(bank)} phrases, {steps} steps; "
        f"fixed layers read in {time.monotonic() - began:.0f}s",
        flush=True,
    )
    short_ones, named_ones = endless(passages, PASSAGE_BATCH, rng), endless(who, WHO_BATCH, rng)
    phrases, told = endless(bank, BANK_BATCH, rng), endless(fields, INDUSTRY_BATCH, rng)
    for epoch in range(recipe.epochs):
        total: dict[str, float] = {}
        batches = batches_of(variants[epoch % recipe.variants], BATCH, rng)
        for golds in batches:
            short, named = next(short_ones), next(named_ones)
            with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
                losses = {
                    **narrative_losses(network, golds),
                    **passage_losses(network, short, "passage"),
                    **passage_losses(network, named, "who"),
                    "bank": bank_loss(network, next(phrases)),
                    "fields": 0.5 * industry_loss(network, next(told)),
                }
            loss = sum(losses.values(), torch.zeros(()))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_((*own, *heads), 1.0)
            optimiser.step()
            schedule.step()
            for key, value in losses.items():
                total[key] = total.get(key, 0.0) + value.item()
        line = " ".join(f"{k} {v / len(batches):.3f}" for k, v in total.items())
        spent = time.monotonic() - began
        print(f"epoch {epoch + 1}/{recipe.epochs} {spent:.0f}s {line}", flush=True)
        # After each epoch, so that an interrupted run leaves something to look at.
        save(network, out)


def varied(narratives: Sequence[Gold], rng: random.Random) -> list[Gold]:
    """Return each narrative changed in what does not matter, half of them set beside other text."""
    changed = [augment(g, rng) for g in narratives]
    return [collage(g, changed, rng) if rng.random() < COLLAGES else g for g in changed]


def is_tuned(name: str) -> bool:
    """Whether a parameter differs from the base model's: the upper layers and the heads."""
    if not name.startswith("encoder."):
        return True
    return name.startswith("encoder.upper.") and ".embeddings.words." not in name


def save(network: Network, out: Path) -> None:
    """Write the tensors that differ from the base model."""
    own = {name: value for name, value in network.state_dict().items() if is_tuned(name)}
    save_weights(own, out)
    print(f"wrote {out.name} ({out.stat().st_size / 1e6:.1f} MB)")


class Reader:
    """Cut texts to windows and read them with the encoder's fixed layers."""

    def __init__(self, encoder: Any, tokenizer: object) -> None:
        self.encoder, self.tokenizer = encoder, tokenizer
        if fast_bfloat16():
            # As they are read in an analysis, too; nothing else needs them from here on.
            encoder.trunk.to(torch.bfloat16)

    @torch.no_grad()
    def __call__(self, golds: Sequence[Gold]) -> list[Example]:
        packed = [pack(g.text, g.units, self.tokenizer) for g in golds]
        flat = sorted(
            ((i, n) for i, windows in enumerate(packed) for n in range(len(windows))),
            key=lambda place: len(packed[place[0]][place[1]].ids),
        )
        below: dict[tuple[int, int], Tensor] = {}
        at = 0
        self.encoder.eval()
        while at < len(flat):
            size = max(1, BELOW_TOKENS // len(packed[flat[at][0]][flat[at][1]].ids))
            places = flat[at : at + size]
            batch = batch_of([packed[i][n] for i, n in places])
            states = self.encoder.trunk(batch.ids, batch.mask)
            for row, (i, n) in enumerate(places):
                below[i, n] = states[row, : len(packed[i][n].ids)].to(torch.bfloat16).clone()
            at += size
        return [
            Example(g, windows, [below[i, n] for n in range(len(windows))])
            for i, (g, windows) in enumerate(zip(golds, packed, strict=True))
        ]


def batches_of(examples: list[Example], size: int, rng: random.Random) -> list[list[Example]]:
    """Return shuffled batches of texts of about the same length, so that little is padding."""
    ordered = sorted(examples, key=lambda e: len(e.gold.text) * rng.uniform(0.9, 1.1))
    batches = [ordered[at : at + size] for at in range(0, len(ordered), max(1, size))]
    rng.shuffle(batches)
    return batches


def endless(examples: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Yield batches, each example once before any comes again, for as long as anybody asks."""
    while True:
        yield from batches_of(examples, size, rng) or [[]]


def read(
    network: Network, examples: Sequence[Example]
) -> tuple[Reading, list[tuple[Gold, Window]]]:
    """Run the network over the windows of examples; return each window with its text's labels."""
    pairs = [(e.gold, w) for e in examples for w in e.windows]
    below = pad_sequence([state for e in examples for state in e.below], batch_first=True)
    return network(batch_of([w for _, w in pairs]), below.float()), pairs


def narrative_losses(network: Network, examples: Sequence[Example]) -> dict[str, Tensor]:
    """Return the weighted losses of one batch of narratives."""
    reading, pairs = read(network, examples)
    shape = reading.phase.shape[:2]
    phase = torch.full(shape, IGNORE)
    start = torch.full(shape, float(IGNORE))
    for row, (g, w) in enumerate(pairs):
        for column, (unit, owned) in enumerate(zip(w.units, w.owned, strict=True)):
            if owned:
                phase[row, column] = PHASES.index(g.phases[unit])  # type: ignore[arg-type]
                start[row, column] = float(g.starts[unit])
    tags, spans = tag_windows(reading, pairs, SPAN_KINDS)
    known = start != IGNORE
    losses = {
        "phase": functional.cross_entropy(
            reading.phase.flatten(0, 1).float(), phase.flatten(), ignore_index=IGNORE
        ),
        "tags": tag_loss(reading, tags),
        "start": functional.binary_cross_entropy_with_logits(
            reading.case_start[known].float(), start[known], pos_weight=torch.tensor(3.0)
        ),
        "case": case_loss(reading, pairs),
        "industry": industries_loss(reading, pairs),
        "shows": shows_loss(reading, pairs),
        **span_losses(network, reading, spans),
    }
    return {k: v * WEIGHT[k] for k, v in losses.items()}


def passage_losses(network: Network, examples: Sequence[Example], kind: str) -> dict[str, Tensor]:
    """Return the weighted losses of one batch of passages of a kind of ``KNOWN_TAGS``."""
    if not examples:
        return {}
    reading, pairs = read(network, examples)
    tags, spans = tag_windows(reading, pairs, KNOWN_TAGS[kind])
    losses = {"tags": tag_loss(reading, tags), **span_losses(network, reading, spans)}
    if "skill" in KNOWN_TAGS[kind]:
        losses["shows"] = shows_loss(reading, pairs)
    return {f"{kind} {k}": PASSAGE_SHARE * WEIGHT[k] * v for k, v in losses.items()}


def industry_loss(network: Network, examples: Sequence[Example]) -> Tensor:
    """Return the loss of one batch of texts of which nothing but the industries is known."""
    return industries_loss(*read(network, examples))


def bank_loss(network: Network, examples: Sequence[Example]) -> Tensor:
    """Return the loss of skill and status on phrases that stand alone."""
    reading, pairs = read(network, examples)
    ends = [w.ends[0] for _, w in pairs]
    said = network.label(reading, torch.tensor([[i, 1, e, 0] for i, e in enumerate(ends)]))
    labels = [g.spans[0].labels for g, _ in pairs]
    skill = torch.tensor([SKILLS.index(s) for s, _ in labels])
    status = torch.tensor([STATUSES.index(s) for _, s in labels])  # type: ignore[arg-type]
    return functional.cross_entropy(said["skill"].float(), skill) + 0.5 * functional.cross_entropy(
        said["status"].float(), status
    )


def shows_loss(reading: Reading, pairs: Sequence[tuple[Gold, Window]]) -> Tensor:
    """Return the loss of telling which skills each sentence shows, by its labelled spans."""
    target = torch.zeros_like(reading.shows)
    known = torch.zeros(reading.shows.shape[:2], dtype=torch.bool)
    for row, (g, w) in enumerate(pairs):
        for column, (unit, owned) in enumerate(zip(w.units, w.owned, strict=True)):
            known[row, column] = owned
            place = g.units[unit]
            for span in g.spans:
                if span.kind == "skill" and span.start < place.end and place.start < span.end:
                    target[row, column, SKILLS.index(span.labels[0])] = 1.0
    loss = functional.binary_cross_entropy_with_logits(reading.shows, target, reduction="none")
    return loss.sum(-1)[known].mean()


def tag_loss(reading: Reading, tags: Tensor) -> Tensor:
    """Return the loss of the token tags."""
    return functional.cross_entropy(
        reading.tags.flatten(0, 2).float(),
        tags.flatten(),
        weight=torch.tensor(TAG_WEIGHTS),
        ignore_index=IGNORE,
    )


def case_loss(reading: Reading, pairs: Sequence[tuple[Gold, Window]]) -> Tensor:
    """Return the loss of telling windows that hold a case from those that hold none."""
    told = [any(g.phases[unit] != "other" for unit in w.units) for g, w in pairs]
    cased = torch.tensor([float(t) for t in told])
    return functional.binary_cross_entropy_with_logits(reading.has_case.float(), cased)


def industries_loss(reading: Reading, pairs: Sequence[tuple[Gold, Window]]) -> Tensor:
    """Return the loss of the industries before and after, where they are known."""
    labels = industries()
    loss = torch.zeros(())
    sides: tuple[tuple[Tensor, Callable[[Gold], str]], ...] = (
        (reading.industry_from, lambda g: g.industry_from),
        (reading.industry_to, lambda g: g.industry_to),
    )
    for logits, side in sides:
        known = [(row, labels.index(side(g))) for row, (g, _) in enumerate(pairs) if side(g)]
        if known:
            rows, target = torch.tensor(known).T
            loss = loss + functional.cross_entropy(logits[rows].float(), target)
    return loss


def tag_windows(
    reading: Reading, pairs: Sequence[tuple[Gold, Window]], kinds: Sequence[str]
) -> tuple[Tensor, list[tuple[list[int], tuple[str, ...], str]]]:
    """Return the token tags of windows, unknown but for ``kinds``, and their labelled spans."""
    tags = torch.full(reading.tags.shape[:3], IGNORE)
    spans = [span for row, (g, w) in enumerate(pairs) for span in tag_window(g, w, row, tags)]
    for kind, name in enumerate(SPAN_KINDS):
        if name not in kinds:
            tags[:, :, kind] = IGNORE
    return tags, spans


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
        if span.kind in SPAN_KINDS:
            kind = SPAN_KINDS.index(span.kind)
            tags[row, tokens, kind] = INSIDE
            tags[row, tokens[0], kind] = BEGIN
        if span.labels:
            sentence = window.units.index(window.token_unit[tokens[0]])
            spans.append(([row, tokens[0], tokens[-1] + 1, sentence], span.labels, span.kind))
    return spans


def span_losses(
    network: Network,
    reading: Reading,
    spans: Sequence[tuple[list[int], tuple[str, ...], str]],
) -> dict[str, Tensor]:
    """Return the losses of the heads that label spans."""
    if not spans:
        return {}
    said = network.label(reading, torch.tensor([s for s, _, _ in spans]))
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
    return {"span": loss, "role": role_loss(said["role"], spans)}


def role_loss(logits: Tensor, spans: Sequence[tuple[list[int], tuple[str, ...], str]]) -> Tensor:
    """Return the loss of telling who is who: a person's mentions in a window speak together."""
    mentions: dict[tuple[int, str], list[int]] = defaultdict(list)
    roles: dict[tuple[int, str], int] = {}
    for place, (where, labels, kind) in enumerate(spans):
        if kind == "name":
            mentions[where[0], labels[1]].append(place)
            roles[where[0], labels[1]] = ROLES.index(labels[0])
    if not mentions:
        return torch.zeros(())
    said = [logits[places].float().sum(0) / len(places) ** 0.5 for places in mentions.values()]
    return functional.cross_entropy(torch.stack(said), torch.tensor(list(roles.values())))


if __name__ == "__main__":
    main()
