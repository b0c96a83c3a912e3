"""Logistic regression with prior weights: what is not taught by examples stays what a person would expect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Features = Mapping[str, float]


BIAS_PENALTY = 0.01  # keeps it finite where all examples are right


def fit(
    rows: Sequence[Features],
    right: Sequence[bool],
    weights: Sequence[float],
    *,
    prior: Features,
    penalty: Callable[[str], float],
    signs: Mapping[str, int],
) -> dict[str, float]:
    """Weights by feature, with "bias": the most likely ones where each is normally distributed around its ``prior``.

    ``penalty`` is one over the variance of that distribution; features are not scaled, so that one that is seldom seen
    learns little. ``signs`` say which weights may only be positive (1) or negative (-1). What never varies keeps its
    prior. The same input gives the same weights.
    """
    if not rows:
        return {**prior, "bias": 0.0}
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    names = sorted({name for row in rows for name in row})
    table = np.array([[row.get(name, 0.0) for name in names] for row in rows], dtype=np.float64)
    spread = table.std(axis=0)
    names = [name for name, width in zip(names, spread, strict=True) if width > 1e-9]
    table = np.hstack([table[:, spread > 1e-9], np.ones((len(rows), 1))])
    start = np.array([prior.get(name, 0.0) for name in names] + [0.0])
    strength = np.array([penalty(name) for name in names] + [BIAS_PENALTY])
    bounds = [_bounds(signs.get(name, 0)) for name in names] + [(None, None)]
    truth, importance = np.array(right, dtype=np.float64), np.array(weights, dtype=np.float64)

    def loss(beta: Any) -> tuple[float, Any]:
        odds = table @ beta
        likely = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        misfit = importance @ (np.logaddexp(0, odds) - truth * odds)
        away = beta - start
        gradient = table.T @ (importance * (likely - truth)) + strength * away
        return float(misfit + strength @ away**2 / 2), gradient

    with threadpool_limits(1):  # the tables are small: threads would cost five times what they bring
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return {**prior, **dict(zip([*names, "bias"], map(float, found.x), strict=True))}


def _bounds(sign: int) -> tuple[float | None, float | None]:
    return (0.0 if sign > 0 else None, 0.0 if sign < 0 else None)
