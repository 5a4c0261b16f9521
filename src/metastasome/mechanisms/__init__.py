"""One file per hypothesis of the two papers, each with its own switch, parameters and sources."""

from .base import Input, Mechanism, Quantity, State
from .compose import compose
from .model import Model
from .registry import catalogue, mechanism

__all__ = ["Input", "Mechanism", "Model", "Quantity", "State", "catalogue", "compose", "mechanism"]
