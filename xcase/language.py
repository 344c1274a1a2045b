"""In which language a narrative is written: the network reads English only.

A text whose letters are mostly of another script, or that has hardly any of the small words of
English, is given to a model of languages; what that is sure of is told and not searched for cases.
"""

from __future__ import annotations

import functools
import re
from typing import Any

# Small words that are frequent in English and no words, or rare ones, in its neighbours: not those
# that are as small there, such as at, for, her (Danish), of, had (Dutch), my, is, by (Afrikaans),
# or (French), to (Czech).
_ENGLISH = frozenset((
    "the", "and", "that", "with", "she", "his", "they", "their", "were", "has", "from", "which",
    "would", "could", "when", "who", "it", "its", "this", "what", "not", "about", "every", "after",
    "before", "how", "are", "you", "your", "our", "into", "than", "then", "there", "if",
))  # fmt: skip
# Of the words of English prose, those make up a fifth; of lists and tables hardly a tenth.
ENGLISH_SHARE = 0.1
# Fewer words tell no language for sure, unless another script does.
MIN_WORDS = 15
# More than half of the letters in another script.
LATIN_SHARE = 0.5
# How sure the model of languages has to be of a text in our script.
SURE = 0.8
# ISO 639-2 for a language that is not known, and what the model says of text in none.
UNKNOWN, NONE = "und", "zxx"
# A long text is looked at in so many places, each of so many characters.
PLACES = 5
PLACE_CHARS = 1_000

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿﬀ-ﬆ]")


def foreign(text: str) -> str:
    """Return the ISO 639-1 code of the language of a text that is not English, else ""."""
    sample = _sample(text)
    words = _WORD.findall(sample)
    in_latin = _in_latin(sample)
    if in_latin and (len(words) < MIN_WORDS or _in_english(words)):
        return ""
    language, sure = likeliest(sample)
    if in_latin:
        return language if language not in ("en", NONE) and sure >= SURE else ""
    return language if language not in ("en", NONE) else UNKNOWN


def likeliest(text: str) -> tuple[str, float]:
    """Return the ISO 639-1 code of the likeliest language of a text, and how likely it is."""
    language, sure = _identifier().classify(text)
    return str(language), float(sure)


def _sample(text: str) -> str:
    if len(text) <= PLACES * PLACE_CHARS:
        return text
    step = (len(text) - PLACE_CHARS) // (PLACES - 1)
    return "\n".join(text[i * step : i * step + PLACE_CHARS] for i in range(PLACES))


def _in_latin(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    return len(_LATIN.findall(text)) >= LATIN_SHARE * letters


def _in_english(words: list[str]) -> bool:
    return sum(word.lower() in _ENGLISH for word in words) >= ENGLISH_SHARE * len(words)


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
