"""Annual forecasts on series with a known way on: error and held bands, beside persistence and a damped Holt trend.

    python bench/forecast.py [--series 30] [--values 4,8,12] [--ahead 3]

The series are made up: random walks, straight trends with independent errors, logistic shares with errors on the logit.
For every length the product's own forecast (method chosen, band widened as on the page) is held against what came; the
peer is statsmodels' damped Holt trend. Printed: error over persistence's of both (below 1 is better), and how often the
80 % band held. Aim: no worse than persistence by more than a tenth, and bands that hold 65 to
97 % of the time (of 30 series the share has a standard deviation of 7 points).
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np

from saishang.rules import load_rules
from saishang.science.forecast.decide import ForecastRule, forecast_year
from saishang.science.outlook.bounds import rounding_bound

Maker = Callable[[np.random.Generator, int], np.ndarray]
KINDS: dict[str, tuple[Maker, bool]] = {
    "random walk": (lambda rng, n: 40 + np.cumsum(rng.normal(0, 2, n)), False),
    "trend": (lambda rng, n: 60 - 1.5 * np.arange(n) + rng.normal(0, 2, n), False),
    "logistic share": (
        lambda rng, n: 100 / (1 + np.exp(1.5 - 0.25 * np.arange(n) + rng.normal(0, 0.15, n))),
        True,
    ),
}


def peer(known: np.ndarray, ahead: int) -> float:
    """Damped Holt trend of statsmodels; persistence where it cannot be fitted."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return float(ExponentialSmoothing(known, trend="add", damped_trend=True).fit().forecast(ahead)[-1])
        except (ValueError, np.linalg.LinAlgError):
            return float(known[-1])


def main() -> int:
    """Print a line per kind and length; 1 when an aim is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--series", type=int, default=30)
    asked.add_argument("--values", default="4,8,12")
    asked.add_argument("--ahead", type=int, default=3)
    options = asked.parse_args()
    rule = ForecastRule.from_document(load_rules().document("forecast"))
    bound = rounding_bound(30, "<=", 0)
    missed = False
    for kind, (make, share) in KINDS.items():
        for values in (int(text) for text in options.values.split(",")):
            rng = np.random.default_rng(values)
            mine, holt, plain, held, begun = 0.0, 0.0, 0.0, 0, time.perf_counter()
            for number in range(options.series):
                made = make(rng, values + options.ahead)
                known, came = made[:values], float(made[-1])
                points = {step: float(value) for step, value in enumerate(known)}
                name = f"{kind}{number}"
                found = forecast_year(points, values - 1 + options.ahead, bound, rule, name=name, share=share)
                if found.median is None or found.low is None or found.high is None:
                    continue
                mine += abs(found.median - came)
                holt += abs(peer(known, options.ahead) - came)
                plain += abs(float(known[-1]) - came)
                held += found.low <= came <= found.high
            share_held, ratio = held / options.series, mine / plain
            missed = missed or ratio > 1.1 or not 0.65 <= share_held <= 0.97
            spent = (time.perf_counter() - begun) / options.series
            print(
                f"{kind:15} {values:2} values: error/persistence {ratio:.2f} (damped Holt {holt / plain:.2f}), "
                f"80 % band held {share_held:.0%}, {1000 * spent:.0f} ms with the peer"
            )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
