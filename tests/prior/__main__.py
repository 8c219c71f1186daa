"""make prior: fits the population prior on the public diaries, and measures it on people left out.

Writes advice/forecast/prior.toml and docs/forecast.md. The diaries are not part of the project: the
folder that holds `data/soreness` is named by CALFWISE_SHARED, or lies beside the checkout as
`shared`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from advice.forecast.voices import population_prior
from tests.prior import document, measure, prior_file
from tests.prior.fit import fitted
from tests.prior.public import FOLDER, diaries, pmdata, soccermon

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Fit, measure, and write both."""
    if not FOLDER.is_dir():
        print("no public diaries here: name their folder by CALFWISE_SHARED", file=sys.stderr)
        return 2
    pools = {"SoccerMon": soccermon(FOLDER), "PMData": pmdata(FOLDER)}
    prior = fitted([diaries(people) for people in pools.values()], population_prior())
    text = prior_file.written(prior, pools)
    (ROOT / "advice" / "forecast" / "prior.toml").write_text(text, encoding="utf-8")
    print(text)
    measured = measure.left_out(pools, population_prior())
    page = ROOT / "docs" / "forecast.md"
    page.write_text(document.with_tables(page.read_text("utf-8"), measured), encoding="utf-8")
    for table in document.tables(measured):
        print(f"\n{table}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
