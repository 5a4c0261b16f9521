"""A mixture of multivariate t laws to draw from, refitted to weighted draws of the law that it should resemble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from .observation import Floats

FREEDOM = 5.0
"""Degrees of freedom: tails heavier than those of any posterior under normal priors."""
_STEPS = 6
_LEAST = 0.08  # of an equal share: a component with less is dropped
_JITTER = 1e-6  # added to variances, in units of the prior's
_GUARD = 0.05  # share of the component as wide as the prior, which no refit takes away


@dataclass(frozen=True)
class Proposal:
    """Components k: shares ``(k,)``, centres ``(k, d)``, spreads ``(k, d, d)`` (scale matrices)."""

    shares: Floats
    centres: Floats
    spreads: Floats

    @classmethod
    def around(cls, centre: Floats, spread: Floats) -> Proposal:
        """Return a single t."""
        return cls(np.ones(1), centre[None], spread[None])

    @classmethod
    def of(cls, z: Floats, w: Floats) -> Proposal:
        """Return a single t with mean and covariance of draws ``(n, d)`` of weights ``(n,)``."""
        return cls.around(*_moments(z, w))

    @classmethod
    def split(cls, rng: np.random.Generator, z: Floats, w: Floats, most: int) -> Proposal:
        """Return a first mixture for draws ``(n, d)`` of weights ``(n,)``: at most `most` components, at draws far from
        each other, and one as wide as the prior (a standard normal)."""
        middle, spread = _moments(z, w)
        white = np.linalg.solve(np.linalg.cholesky(spread), (z - middle).T).T
        chosen = [int(rng.choice(len(w), p=w))]
        gap = np.full(len(w), np.inf)
        for _ in range(most - 1):  # as k-means++ (Arthur and Vassilvitskii 2007)
            gap = np.minimum(gap, ((white - white[chosen[-1]]) ** 2).sum(axis=1))
            p = w * gap
            if not p.sum() > 0:
                break
            chosen.append(int(rng.choice(len(w), p=p / p.sum())))
        k = len(chosen)
        return cls(np.full(k, 1 / k), z[chosen], np.tile(0.5 * spread, (k, 1, 1))).refitted(z, w, steps=_STEPS)

    def draw(self, rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        """Return `n` draws ``(n, d)`` and the logarithm of their density ``(n,)``."""
        k, d = self.centres.shape
        which = rng.choice(k, size=n, p=self.shares) if k > 1 else np.zeros(n, dtype=int)
        u = rng.standard_normal((n, d)) / np.sqrt(rng.chisquare(FREEDOM, size=(n, 1)) / FREEDOM)
        roots = np.linalg.cholesky(self.spreads)
        z = self.centres[which] + np.einsum("nij,nj->ni", roots[which], u)
        return z, np.asarray(logsumexp(self._parts(z)[0], axis=1))

    def refitted(self, z: Floats, w: Floats, *, steps: int = 1) -> Proposal:
        """Return the mixture moved towards draws `z` of weights `w` (Cappé 2008, doi:10.1007/s11222-008-9059-x,
        equations 15 to 18), with the guard as its last component."""
        now, d = self, z.shape[1]
        for _ in range(steps):
            parts, away = now._parts(z)
            mine = np.exp(parts - logsumexp(parts, axis=1, keepdims=True)) * w[:, None]  # (n, k)
            shares = mine.sum(axis=0)
            keep = shares > _LEAST / len(shares)
            mine, away, shares = mine[:, keep], away[:, keep], shares[keep]
            pull = mine * (FREEDOM + d) / (FREEDOM + away)
            centres = (pull.T @ z) / pull.sum(axis=0)[:, None]
            gap = z[:, None] - centres
            spreads = np.einsum("nk,nki,nkj->kij", pull, gap, gap) / shares[:, None, None] + _JITTER * np.eye(d)
            now = Proposal(shares / shares.sum(), centres, spreads)
        return Proposal(
            np.append(now.shares * (1 - _GUARD), _GUARD), np.concatenate([now.centres, np.zeros((1, d))]),
            np.concatenate([now.spreads, np.eye(d)[None]]),
        )  # fmt: skip

    def _parts(self, z: Floats) -> tuple[Floats, Floats]:
        """Return per draw and component the log density times its share, and the squared distance, ``(n, k)``."""
        d = z.shape[1]
        const = gammaln((FREEDOM + d) / 2) - gammaln(FREEDOM / 2) - 0.5 * d * np.log(FREEDOM * np.pi)
        made, away = [], []
        for share, centre, spread in zip(self.shares, self.centres, self.spreads, strict=True):
            root = np.linalg.cholesky(spread)
            gap = (np.linalg.solve(root, (z - centre).T) ** 2).sum(axis=0)
            height = np.log(share) + const - np.log(np.diag(root)).sum()
            made.append(height - 0.5 * (FREEDOM + d) * np.log1p(gap / FREEDOM))
            away.append(gap)
        return np.stack(made, axis=1), np.stack(away, axis=1)


def _moments(z: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Return the weighted mean and a covariance that can be inverted."""
    middle = w @ z
    gap = z - middle
    return middle, (w[:, None] * gap).T @ gap + _JITTER * np.eye(len(middle))
