"""Organs, flows, volumes and cell numbers of human, mouse and rat."""

from .body import CELL_CLASSES, Body
from .lump import lumped
from .make import human, mouse, rat, scaled, with_effusion
from .read import read
from .sentinel import Sentinel, sentinel

__all__ = [
    "CELL_CLASSES",
    "Body",
    "Sentinel",
    "human",
    "lumped",
    "mouse",
    "rat",
    "read",
    "scaled",
    "sentinel",
    "with_effusion",
]
