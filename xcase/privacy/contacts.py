"""Contacts and numbers that lead to a person: Presidio's recognisers, and what they leave out.

Presidio checks e-mail addresses, telephone numbers, URLs, cards, IBANs and national numbers. The
patterns here add what a telling word announces ("staff no. 4471"), addresses, handles, dates of
birth, and what people write to keep machines away ("ann at example dot org").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xcase.errors import UsageError
from xcase.privacy.lexicon import INSTALL, MONTHS


class Found(NamedTuple):
    """``text[start:end]`` tells who or where somebody is."""

    kind: str
    start: int
    end: int


# From this score on Presidio's patterns stand without a telling word beside them.
SURE = 0.4
# Without any of these Presidio's patterns have nothing to say, and they are slow.
_DIGITS_OR_AT = re.compile(r"\d[\d\s().-]{4,}\d|@|://|www|\.[a-z]{2,}|[A-Z]{5}\d")
_ENTITIES = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "URL": "web",
    "IP_ADDRESS": "web",
    "CREDIT_CARD": "account",
    "IBAN_CODE": "account",
    "CRYPTO": "account",
}
_REGIONS = (
    "GB", "US", "IE", "DE", "FR", "IN", "NG", "KE", "GH", "ZA", "AU", "NZ", "CA", "BR", "ES", "IT",
    "NL", "PL", "SE", "PK", "BD", "PH", "CN", "JP", "MX",
)  # fmt: skip

_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?)"
_MONTH = rf"(?:{'|'.join(m for m in sorted(MONTHS))}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_DATE = (
    rf"(?:(?:the )?{_DAY}(?: of)? {_MONTH}\.?(?:,? (?:\d{{4}}|[’']?\d\d))?"
    rf"|{_MONTH}\.? {_DAY}(?:,? \d{{4}})?|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
    rf"|\d{{1,2}} ?[-/.] ?\d{{1,2}} ?[-/.] ?(?:\d{{4}}|\d\d))"
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_CAP = r"[^\W\d_a-z][^\W\d_]*(?:[’'.-][^\W\d_]+)*\.?"
_STREET = (
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Way|Court|Ct|Close|Drive|Dr|Square|Sq|Terrace|Place|"
    r"Pl|Crescent|Gardens|Grove|Row|Hill|Park|Quay|Boulevard|Blvd|Mews|Walk|Parade|Rise|Green|"
    r"View|Yard|Circle|Highway|Wharf)"
)
_POSTCODE = (
    r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2},? \d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
)
_FLAT = r"(?:(?:Flat|Apt\.?|Apartment|Unit|Suite|Room|Floor|Block|Level|Plot|#) ?\w{1,5},?\s+)"
_UNTIL_CODE = (
    rf"(?:(?:(?:,\s*|\s+)(?:{_CAP}\s?){{1,4}},?)?\s+{_POSTCODE}\b"
    rf"|,\s(?:{_CAP}\s){{1,2}}\d{{4,5}}\b)"
)
_CODE = r"(?=[\w/.-]{0,60}\d)[A-Za-z\d](?:[A-Za-z\d]|[/.-](?=\w)|[ ](?=\d{2,4}\b)){2,24}"
_TELLS_ID = (
    r"(?:employee|staff|student|pupil|member(?:ship)?|passport|licen[cs]e|driving licen[cs]e|badge|"
    r"case|file|ref(?:erence)?|NINO?|national insurance|NHS|SSN|social security|tax|policy|"
    r"registration|personnel|payroll|roll|matric(?:ulation)?|visa|permit|clock|service|union|"
    r"aadhaar|PAN|BVN|UTR|library|patient|candidate|prison|inmate|ID)"
)
_NUMBER_WORD = (
    r"(?: ?(?:card|ID))?(?: ?(?:no\.?|nr\.?|number|num|#|code|id))?(?: (?:ended|ending|ends) in)?"
)
# A part of an address or a name has a largest length (RFC 1035: 63): what is longer is none, and
# without a bound each start in a long run would look through all of it.
_PATTERNS: tuple[tuple[str, str, int], ...] = (
    # "ann at example dot org", "ann (at) example.org", "ann[@]example[.]org"
    (
        "email",
        r"[\w.+-]{1,100} ?(?:@|[\[({] ?(?:at|@) ?[\])}]) ?[\w-]+"
        r"(?:(?: ?[\[({] ?(?:dot|\.) ?[\])}] ?| dot |\.)[\w-]+)+",
        re.I,
    ),
    (
        "email",
        r"[\w+-]{1,100}(?: dot [\w+-]{1,100}){0,2} at [\w-]+(?: dot (?:co|com|org|net|uk|edu|"
        r"gov|io|ac|ie|de|fr|in|ng|au|ca|za|info|example)\b)+",
        re.I,
    ),
    ("email", r"[\w.%+'’-]{0,100}[\w]@[\w-]+(?:\.[\w-]+)*", 0),
    ("web", r"(?:https?://|www\.)[^\s<>()\[\]\"”’]+[^\s<>()\[\]\"”’.,;:!?]", re.I),
    (
        "web",
        r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,9}\.(?:com|org|net|co\.uk|org\.uk|ac\.uk|gov\.uk|edu|io|me|dev|info|"
        r"ie|ng|ke|in|de|fr|example|blog|page|social)(?:/[^\s<>()\[\]\"”’,;]*[\w/])?",
        0,
    ),
    # Small words joined by points or underscores are domains or handles, whatever their end.
    ("web", r"(?<![\w@./])[a-z][\w-]{1,63}(?:\.[a-z][\w-]{0,62}){1,9}(?![\w@])", 0),
    ("web", r"(?<![\w@./])[a-z]+\d*(?:_[a-z\d]+)+(?![\w@])", 0),
    ("web", r"(?<![\w.])@[A-Za-z_][\w.]{1,40}\w", 0),
    ("web", r"\b(?:u|user|in|r)/[A-Za-z][\w-]{2,40}", 0),
    # "Insta: jo.k_99", "on Twitter as jok99", "my handle is jok99"
    (
        "web",
        r"(?:instagram|insta|ig|twitter|tiktok|snapchat|snap|skype|discord|telegram|mastodon|"
        r"handle|username|user name|linkedin|github|facebook|slack)(?: (?:name|handle|id|user))?"
        r"(?: ?[:=] ?| (?:is|was|as|under) )(?P<it>[\w][\w.#-]*[\w])",
        re.I,
    ),
    # Digits in groups beside a word that announces a telephone number, or after a plus.
    (
        "phone",
        r"\b(?:phone|tel|telephone|mobile|mob|cell|call(?:ed)?(?: me| her| him| us)?(?: on| at)?|"
        r"ring(?: me| her| him| us)?(?: on| at)?|rang|text(?:ed)?(?: me)?(?: on| at)?|whatsapp|fax|"
        r"number|dial|contact|reach (?:me|her|him|us)(?: on| at)?|landline|ext(?:ension)?|"
        r"sms|voicemail|t|m)\b\.?(?: no\.?| number)?(?: is| was)?[ :]*"
        r"(?P<it>[+(]?\d(?:[\d()./ –-]|\n){2,22}\d(?: ?(?:x|ext\.?) ?\d+)?)",
        re.I,
    ),
    ("phone", r"(?<![\w.])(?:\+|00)\d(?:[()./ –-]{0,2}\d){7,14}(?: ?(?:x|ext\.?) ?\d+)?", 0),
    ("phone", r"(?<![\w.£$€-])\(?0\d{2,4}\)?(?:[./ –-]\n?\d{2,5}){1,4}(?!\w)", 0),
    ("phone", r"(?<![\w.£$€-])0\d{9,10}(?!\w)", 0),
    ("phone", r"(?<![\w.£$€-])\(?\d{3}\)?[. -]\d{3}[. -]\d{4}(?: ?(?:x|ext\.?) ?\d+)?(?!\w)", 0),
    # 12 Rose Lane, Leeds LS1 4AB
    (
        "address",
        rf"{_FLAT}?\b\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,4}})?,? (?:{_CAP}\s){{1,4}}{_STREET}\b\.?"
        rf"(?:,?\s+(?:Flat|Apt\.?|Unit|Suite|#) ?\w{{1,5}}\b)?(?:{_UNTIL_CODE})?",
        0,
    ),
    ("address", rf"{_FLAT}(?:{_CAP}\s?){{1,3}}(?:{_STREET}|House|Heights|Tower)\b\.?", 0),
    ("address", r"\bP\.? ?O\.? ?Box \d+(?:[-/]\d+)?(?:,? (?:[A-Z][\w-]+ ?){1,3}\d*)?", 0),
    (
        "address",
        r"\b(?:Rue|Calle|Via|Viale|Piazza|Avenida|Av\.|Rua|Plaza|Place|Carrer|ul\.|Ulica|Jalan|"
        r"rue|via|calle) (?:d[eiu]s? |del(?:la)? |l[ae]s? ){0,2}"
        r"(?:[^\W\d_](?:[^\W\d]|[’'.-])*+ ?){1,4},? ?\d+\w?",
        0,
    ),
    (
        "address",
        r"\b[^\W\d_a-z][\w-]{0,60}(?:straße|strasse|weg|platz|allee|gasse|gata|gatan|vägen|laan|straat|"
        r"gade|vej|katu|tie|gracht|kade|plein) \d+\w?(?:,? \d{3} ?\d{1,2} [^\W\d_a-z]\w+)?",
        0,
    ),
    ("address", rf"(?<![\w-]){_POSTCODE}(?!\w)", 0),
    (
        "address",
        rf"\b(?:(?:flat|unit|apt|room) \w{{1,4}},? )?\d{{1,5}}[a-z]?,? (?:[a-z]+ ){{1,2}}"
        rf"(?:{_STREET.lower()})\b",
        0,
    ),
    # Cards, accounts, sort codes
    (
        "account",
        r"(?<![\w-])(?:\d{4}|[xX*]{4})(?:[ -]?(?:\d{4}|[xX*]{4})){2}[ -]?\d{1,4}(?![\w-])",
        0,
    ),
    ("account", r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,4})?(?!\w)", 0),
    (
        "account",
        r"(?:account|acct|a/c|s/c|sort code|card|iban|routing|IFSC|BIC|SWIFT|wallet|PayPal)\b"
        r"(?: ?(?:no\.?|number|num|#|code|ending(?: in)?|ends(?: in)?)){0,4}"
        r"(?: is| was|ed in)?[ :#]*"
        r"(?P<it>(?=[\w -]{0,60}\d)[A-Za-z\d*][A-Za-z\d*-]*(?: [\d*-]{2,}){0,7})",
        re.I,
    ),
    ("account", r"(?<![\w-])\d{2}-\d{2}-\d{2}(?:[ ,]+\d{8})(?![\w-])", 0),
    ("id", rf"\b{_TELLS_ID}{_NUMBER_WORD}(?: is| was)?\s*[:#=(]*\s*(?P<it>{_CODE})", re.I),
    ("id", r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", 0),
    ("id", r"(?<!\w)[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)", 0),
    ("id", r"(?<![\w-])(?:[A-Z]{1,5}[-/]){1,3}\d[\w/-]{2,}(?![\w-])", 0),
    ("id", r"(?<![\w-])(?=[A-Z\d]*[A-Z])(?=(?:[A-Z]*\d){5})[A-Z\d]{8,17}(?![\w-])", 0),
    # Dates of birth
    (
        "birth date",
        rf"(?:\bborn|\bd\.?o\.?b\.?|date of birth|birth ?date|birthday|\bb\.|birth)[^.\n]{{0,24}}?"
        rf"(?<![\w-])(?P<it>{_WEEKDAY}{_DATE})(?![\w-])",
        re.I,
    ),
    ("birth date", rf"(?<![\w-])(?P<it>{_DATE})(?![\w-])[^.\n]{{0,20}}\b(?:birthday|born)", re.I),
    ("birth date", r"\b(?:born|b\.) (?:in |c\.? ?)?(?P<it>(?:19|20)\d\d)\b", re.I),
)


def find_contacts(text: str) -> Iterator[Found]:
    """Yield contacts, numbers, addresses and dates of birth; they may overlap."""
    for recogniser in _presidio() if _DIGITS_OR_AT.search(text) else ():
        for result in recogniser.analyze(text, recogniser.supported_entities, None):
            if result.score >= SURE:
                kind = _ENTITIES.get(result.entity_type, "id")
                if _plausible(kind, text[result.start : result.end]):
                    yield Found(kind, result.start, result.end)
    for kind, pattern in _compiled():
        for match in pattern.finditer(text):
            start, end = match.span("it" if "it" in pattern.groupindex else 0)
            if _plausible(kind, text[start:end]):
                yield Found(kind, start, end)


def _plausible(kind: str, surface: str) -> bool:
    if kind == "phone":
        digits = sum(c.isdigit() for c in surface)
        years = re.fullmatch(r"(?:19|20)\d\d ?[-–/] ?(?:19|20)?\d\d", surface)
        return digits >= 4 and not years
    if kind == "web":
        # "e.g." and "Node.js" are none, "2.30" is an hour
        return bool(re.search(r"[^\W\d_]{2}", surface)) or surface.count(".") == 3
    if kind in ("id", "account"):
        return any(c.isdigit() for c in surface)
    return True


@functools.cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern, flags)) for kind, pattern, flags in _PATTERNS)


@functools.cache
def _presidio() -> Sequence[Any]:
    """Return Presidio's recognisers; none of them reaches for the network.

    Raises:
        UsageError: the extra ``privacy`` is not installed.
    """
    try:
        import tldextract
        from presidio_analyzer import predefined_recognizers as known
    except ImportError as error:
        raise UsageError(f"--pseudonymise needs more packages: {INSTALL}") from error
    # An e-mail address would make it fetch the list of public suffixes; the one it ships will do.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return (
        known.EmailRecognizer(),
        known.PhoneRecognizer(supported_regions=_REGIONS),
        known.UrlRecognizer(),
        known.IpRecognizer(),
        known.CreditCardRecognizer(),
        known.IbanRecognizer(),
        known.CryptoRecognizer(),
        known.UsSsnRecognizer(),
        known.NhsRecognizer(),
        known.UkNinoRecognizer(),
        known.InAadhaarRecognizer(),
        known.InPanRecognizer(),
    )
