"""Organs, flows, volumes and cell numbers of human and mouse."""

from .body import CELL_CLASSES, Body

__all__ = ["CELL_CLASSES", "Body"]
