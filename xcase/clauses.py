"""The clauses of a profile, and what each tells: situation, gap or goal."""

from __future__ import annotations

import re

from xcase.vocabulary import skill_names, skills_named

PARTS = ("situation", "gap", "goal")
# Neither had nor lacked: "I no longer want to be a nurse".
UNWANTED = "unwanted"
# Where a new thought begins inside a sentence; not after "My goal:".
_CLAUSE = re.compile(
    r"(?<=[.!?;:])(?<!goal:)(?<!goals:)(?<!aim:)(?<!dream:)(?<!step:)(?<!want:)\s+|\n+|"
    r",\s++(?=not\s++(?:at|with)\b)|(?:,|(?<![\s,]))\s++"
    r"(?=(?:and|but|yet|though|although|because|so)\s++(?:i|we|my|now)\b|but\b|"
    r"who\s++(?:want|wish|hope|need|can|struggle|fear))",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"\b(?:want(?:s|ed)?\b|would (?:like|love) to|hop(?:e|es|ing) to|aims?\b|"
    r"(?P<own>(?:i|we|they|who)['’]d) (?:like|love)|"
    r"goals?\b|wish(?:es)? to|plan(?:s|ning)? to|looking (?:for|to)|dream|aspir\w+|"
    r"(?<!have )(?<!has )(?<!had )(?<!['’]ve )(?<!\bi )(?<!\bwe )(?<!\bthey )become|interested in|"
    r"so that i can|ready to|next step)",
    re.IGNORECASE,
)
# Faults that are aliases of the skill that is lacked.
_FAULTS = (
    r"stage fright|micromanag\w*|impost[eo]r|self-doubt|procrastinat\w*|disorgani[sz]ed|"
    r"unprofessional\w*|indecisi\w+|impatien\w+|risk[- ]averse|closed[- ]minded|narrow[- ]minded|"
    r"blind spots?"
)
# What is hard and can be denied ("no trouble with"). Some of these words are parts of strengths:
# "hard-working", "problem solving", "fearless".
_HARD = (
    r"(?:struggl\w+|(?<!work )(?<!working )(?<!worked )hard\b(?!-)|difficult\w*|afraid|"
    r"fear(?!less)\w*|scared|nervous|anxious|freez\w*|froze|panic\w*|avoid\w*|lack\w*|weak\w*|"
    r"bad at|unsure|unable|fail(?:s|ed|ings?|ures?)?\b(?!-)|stuck|lost|trouble(?![- ]?shoo)\w*|"
    r"(?<!solve )(?<!solving )(?<!solved )problems?\b(?![- ]solv)|overwhelm\w*|"
    r"too (?:shy|much|many|quiet|slow|fast|long|soft|blunt)|worr\w+|guilt\w*|ashamed|hate\w*|"
    r"dread\w*|burn(?:ed|t|ing)? out|exhaust\w*|ignor\w+|terrif(?:y|ie)\w*|frighten\w*|scares?\b|"
    rf"intimidat\w*|daunt\w*|embarrass\w*|{_FAULTS})"
)
_GAP = re.compile(
    rf"\b(?:{_HARD}|can(?:no|['’])t|cannot|couldn['’]t|do(?:es)?n['’]t|do(?:es)? not|haven['’]t|"
    r"never|no one|nobody|not (?:good|sure|able|used|comfortable|confident|learn\w*)|"
    r"not (?:my|an? (?:strength|strong|talent)\w*|one of my)\b|new to\b|"
    r"(?:no good|poor|rubbish|terrible|awful|hopeless|useless|worse) (?:at|with)\b|"
    r"(?:is|are|feels?|seems?|remains?)(?: very| too| so| quite| rather| \w+ly)? "
    r"(?:poor|low|rusty|limited|missing)\b|could be (?:better|stronger)|"
    r"needs? (?:work|practice|improv\w+)\b|need (?:help|to learn|to)|without|learn\b|"
    r"a?m learning|instead of|keep \w+ing|end up|still\b|know nothing|nothing\b|"
    r"no time (?:for|to)\b|"
    r"no (?:real |prior |formal )?(?:idea|experience|skills?|plans?|talent|training)\b)",
    re.IGNORECASE,
)
_NOT = r"(?:not|never|(?:do|does|did|is|are|was|were|have|has|had|wo)n['’]t)"
_SOFT = (
    r"(?:\s+(?:an?|the|any|much|many|real|really|big|great|major|serious|particular|particularly|"
    r"especially|usually|often|normally|actually|longer|very|that|so|all|at|ever|even|least|"
    r"been|be|being|feel|felt|have|has|had|having|get|got|is|are|was))*"
)
_FIND = r"(?:\s+(?:find|found|finding)(?:\s+[\w-]+){1,3}?)?"
# What denies a gap; "a little trouble" and "not only" do not.
_NO_GAP = re.compile(
    rf"\b(?:{_NOT}|(?<!say )(?<!saying )no|without|neither|nor|hardly|barely|rarely|seldom|nothing|"
    rf"(?<!a )(?:little|few)){_SOFT}{_FIND}{_SOFT}\s+"
    rf"(?:{_HARD}|issues?\b|doubts?\b|concerns?\b|minds?\b)(?:\s+n?or\s+{_HARD})*|"
    rf"\b(?:{_NOT}\s+needs?\b(?:\s+to\s+learn\b)?|needs?\s+no\b)|"
    r"\b(?:overcame|(?:have|has|had|['’]ve) overcome|got over|lost|free (?:of|from))"
    rf"(?:\s+(?:my|our|their|all|any|the))*\s+{_HARD}",
    re.IGNORECASE,
)
# A goal denied is none, but not to want to fail is one.
_NO_GOAL = re.compile(
    rf"\b(?:{_NOT}|no)(?:\s+(?:\w+ly|any|longer|ever|yet))*\s+"
    r"(?:want(?:s|ed)?|wish(?:es)?|plan(?:s|ning)? to|hop(?:e|es|ing)|aim(?:ing)?|dream\w*|looking|"
    r"interest(?:ed)? in)\b"
    rf"(?!\s+(?:to\s+)?(?:be\s+|get\s+|keep\s+|feel\s+)?(?:lose|losing|too|{_HARD}))"
    r"(?:\s+to\s+(?:be|become)\b)?",
    re.IGNORECASE,
)
# Before the name of a skill: it is lacked or being learnt.
_NO_SUCH = re.compile(
    rf"\b(?:{_NOT}|no|nor|without|rarely|seldom|hardly|barely|little|low|poor|limited|zero|"
    r"need|work(?:ing)? on)(?:\s+(?:an?|any|at|with|someone|somebody|who|my|more|better|very|"
    r"really|so|too|particularly|always|much|enough|yet|been|real|great|good|strong|natural|"
    r"own|prior|formal))*\s+$",
    re.IGNORECASE,
)
_NEAR = 60
_SELF = (
    r"(?:i|we|they)(?:['’](?:m|d|ve|re))?(?:\s+(?:am|are|have|had|\w+ly|now|still|also|always))*"
)
_SAYS = re.compile(
    r"\b(?!(?:who|and|but|now|the|have|that|they|\w{1,2})\b)[^\W\d_]+", re.IGNORECASE
)
_OWN = re.compile(r"\b(?:i|we|my|our|me)\b", re.IGNORECASE)
# Before a goal's cue: what is wanted stands in front of it ("teaching is what I", "is my").
_FRONTED = re.compile(rf"\b(?:what|where|how|whether|if)\s+{_SELF}\s*$", re.IGNORECASE)
_IS_MY = re.compile(
    r"\b(?:is|are|was|be|been|remains)\s+(?:always\s+)?(?:my|our|their|the|a)\s+(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
_NOUN = re.compile(r"aim|dream|goal|next", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:which|something|(?<!know )(?<!think )(?<!feel )(?<!sure )(?<!decided )that)\s+"
    rf"{_SELF}\s*$",
    re.IGNORECASE,
)
# "The school I want to run", "Delegation I want to learn"; not "After years as a chef I want to".
_OBJECT = re.compile(
    r"^\W*(?!(?:after|as|at|being|by|coming|currently|following|for|from|having|in|now|once|"
    r"since|today|until|while|when|with|working)\b)"
    rf"(?:(?!(?:i|we|my|our|me)\b)[^\W_]\S*\s+)+(?<![,:–—-]\s){_SELF}\s*$",
    re.IGNORECASE,
)
_JOINT = re.compile(r",\s++|(?<!\s)\s++(?:and|but|so)\s", re.IGNORECASE)
# Inside a goal: what is left behind, and what follows of the time before.
_LEFT = re.compile(
    r"\b(?:leav(?:e|ing)|quit(?:ting)?|giv(?:e|ing) up|escap(?:e|ing)|stop(?:ping)?|instead of|"
    r"rather than|out of|(?:swap|trad|exchang)\w* (?:my|our|the|an?)|"
    r"(?:mov|switch|chang|transition|shift|step|go|com|break)\w*(?: \w+)? (?:away )?from)\b"
    r".*?(?=\s(?:to|into|and|or|for|towards|so)\b|[,;.]|$)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r",\s+(?=(?:(?:now|currently|today|at present)\s+)?(?:i|we)\b|being\b)|"
    r"(?<!\s)(?<!\blook)(?<!\blooking)\s++(?=after\b|having\b|since\b|following\b|despite\b|"
    r"currently\b|with (?:[\w-]+ )?years\b)",
    re.IGNORECASE,
)


def clauses_of(text: str) -> list[str]:
    """Return the clauses of a text, a new thought each."""
    return [c.strip() for c in _CLAUSE.split(text) if c.strip()]


def part_of(clause: str) -> str:
    """Return ``goal``, ``gap`` or ``situation``: what a clause of a profile tells.

    A goal or gap that is denied is none: "I have no trouble with delegation" tells the situation.
    """
    hoped = _blanked(_NO_GOAL, clause)
    if _GOAL.search(hoped):
        return "goal"
    hard = _blanked(_NO_GAP, hoped)
    return "gap" if _GAP.search(hard) or _lacks_a_skill(hard) else "situation"


def _blanked(denied: re.Pattern[str], clause: str) -> str:
    """Return a clause without what is denied, every other word at its place."""
    return denied.sub(lambda match: " " * len(match.group()), clause)


def _lacks_a_skill(clause: str) -> bool:
    starts = (hit.span.start for hit in skill_names().find(clause))
    return any(_NO_SUCH.search(clause[max(0, at - _NEAR) : at]) for at in starts)


def told_in(clause: str, *, goal: bool = False) -> list[tuple[str, str]]:
    """Return what a clause tells, each with its part: a goal's clause may tell the start too.

    Before the cue stands the start ("I am a nurse and want to teach"), unless what is wanted stands
    there ("teaching is what I want"); a goal may name what it leaves ("to leave the ward"). What is
    expressly not wanted is told as ``UNWANTED``.

    Args:
        clause: the words.
        goal: they are known to be a goal, from their first word on.
    """
    if not goal and part_of(clause) != "goal":
        return [(_stance(clause), clause)]
    cue = None if goal else _GOAL.search(_blanked(_NO_GOAL, clause))
    at = _goal_begins(clause, cue) if cue else 0
    first, *later = _BEFORE.split(clause[at:])
    led = ("goal", _LEFT.sub("; ", first))
    starts = (clause[:at], *_LEFT.findall(first))
    told = [(_part_of_start(start), start) for start in starts if _SAYS.search(start)]
    return [*told, led, *(one for piece in later for one in told_in(piece))]


def _part_of_start(start: str) -> str:
    """Return what a start tells; a bare name ("delegation, want to lead") may be had or lacked."""
    return "gap" if not _OWN.search(start) and skills_named(start) else _stance(start)


def _stance(clause: str) -> str:
    """Return ``gap``, ``situation`` or ``UNWANTED``: what a clause tells that is no goal."""
    if part_of(clause) == "gap":
        return "gap"
    return UNWANTED if _NO_GOAL.search(clause) else "situation"


def _goal_begins(clause: str, cue: re.Match[str]) -> int:
    """Return where in a clause the goal begins that has the cue."""
    before = clause[: max(cue.start(), cue.end("own"))]
    if _RELATIVE.search(before) or _OBJECT.search(before):
        return 0
    if not (_FRONTED.search(before) or (_NOUN.match(cue.group()) and _IS_MY.search(before))):
        return cue.start()
    joints = [m.end() for m in _JOINT.finditer(before) if _OWN.search(before[: m.start()])]
    return joints[-1] if joints else 0
