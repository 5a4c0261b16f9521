"""Explaining data: what was seen, how likely each hypothesis makes it, and what would tell them apart."""

from __future__ import annotations

from .observation import Data, Observation, Theta, log_likelihood, special

__all__ = ["Data", "Observation", "Theta", "log_likelihood", "special"]
