"""From three signals to a score and a verdict; every weight and rule stands here.

The rules, the first that holds:

1. *insufficient*: at least :data:`ENOUGH` cases of this move show the skill, and it failed in as
   many of them as it was carried.
2. *observed*: at least :data:`ENOUGH` cases of this move carried it, and the lower end of the
   interval is at least :data:`MOSTLY`.
3. *supported*: two of the three signals speak for it.
4. *plausible*: one of them does.
5. *insufficient*: none does.

A signal speaks for a skill where: *cases*, at least one case of this move, or :data:`ENOUGH` into
the target from anywhere else, carried it; *labour market*, its value is at least :data:`ASKED`
and both industries have figures of their own; *embedding*, its value is at least :data:`ALIKE`.
"""

from __future__ import annotations

from xcase.records import Verdict

# Chosen from the curve of scripts/measure_transfer.py --choose on an analysis of corpus/training:
# of the weights at which the lists of two moves share less than half, and whose recall of what its
# stories go on to use is within one standard error of the best, the most even ones.
WEIGHTS = {"cases": 0.3, "labour_market": 0.3, "embedding": 0.4}
# Fewer cases are an anecdote: the prior of the interval is worth more than them.
ENOUGH = 3
MOSTLY = 0.5
# Half of what is usual would come from an industry that asks as usual on both sides.
ASKED = 0.5
# 0.5 is as alike as any two industries.
ALIKE = 0.55


def judge(
    *, total: int, carried: int, failed: int, low: float, into: int, labour: float, alike: float
) -> Verdict:
    """Return the verdict by the rules of this module.

    Args:
        total, carried, failed: cases of this very move that show, carried and failed the skill.
        low: lower end of the interval of ``carried`` in ``total``.
        into: cases that carried it into the target from anywhere else.
        labour, alike: values of the other two signals; 0 where nothing is known.
    """
    if total >= ENOUGH and failed and failed >= carried:
        return "insufficient"
    if carried >= ENOUGH and low >= MOSTLY:
        return "observed"
    speaking = (carried >= 1 or into >= ENOUGH) + (labour >= ASKED) + (alike >= ALIKE)
    if speaking >= 2:
        return "supported"
    return "plausible" if speaking else "insufficient"
