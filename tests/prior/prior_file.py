"""Writes a prior as the commented file that comes with calfwise."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from advice.forecast.voices import FEATURES, VOICES, Prior

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.prior.public import Person

COLUMNS = 96
FITTED = """\
The population prior of the forecast: written by `make prior`, but for what is marked as chosen.
Fitted on {people}: soreness 1 to 5 in the morning, turned so that higher is sorer; session-RPE of
each day, and calf load of PMData's runs. SoccerMon: Midoglu et al., Sci Data 2024, doi
10.1038/s41597-024-03386-x. PMData: Thambawita et al., MMSys 2020, doi 10.1145/3339825.3394926. Both
are recorded as CC BY 4.0; the diaries are not kept here. Least squares over all answered days, an
athlete's days weighing one by the root of their number, no coefficient but the level below zero,
calf load last and on what the others leave.
"""
CARRIED = """\
Soreness is a share of its scale: by that a prior of 1 to 5 serves 0 to 10. It is general soreness
of football players and students, not of runners' calves: docs/forecast.md.
"""
SAYS = {
    "noise": "of one answer round the regression, share of the scale: fitted, as spread",
    "spread": "root mean square of the regression's errors, share of the scale: fitted",
    "spread_answers": "errors of one's own that weigh as much as that: chosen",
    "spread_factor": "the other voices tell of the tails: chosen",
    "gap_widens": "share by which the variance grows with each silent day: chosen",
    "usual_answers": "counts that the regression lends to the usual levels: chosen",
    "trust_answers": "answers of one's own that weigh as much as the trust below: chosen",
    "trust_keeps": "what is left of what was learnt about the voices after each answer: chosen",
}


def written(prior: Prior, pools: Mapping[str, Sequence[Person]]) -> str:
    """The file's text; `read_prior` gives the same prior back."""
    people = " and ".join(f"{len(those)} people of {name}" for name, those in pools.items())
    lines = [
        *(f"# {line}" for line in textwrap.wrap(FITTED.format(people=people), COLUMNS)),
        "#",
        *(f"# {line}" for line in textwrap.wrap(CARRIED, COLUMNS)),
        "",
    ]
    for name, says in SAYS.items():
        lines += [f"# {says}", f"{name} = {getattr(prior, name):g}"]
    for name, keys, says in (
        ("coefficients", FEATURES, "fitted; see advice/forecast/voices.py for what they multiply"),
        ("coefficients_sd", FEATURES, "how far people lie from them: chosen"),
        ("trust", VOICES, "how far each voice is believed of somebody unknown: chosen"),
    ):
        lines += ["", f"[{name}] # {says}"]
        lines += [
            f"{key} = {number:g}" for key, number in zip(keys, getattr(prior, name), strict=True)
        ]
    return "\n".join(lines) + "\n"
