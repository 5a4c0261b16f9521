"""What can be done to vesicles, cells and patients: each an object with a schedule."""

from .base import Action, Intervention
from .catalogue import catalogue, make
from .surgery import Resection
from .vesicles import BlockRelease, BlockUptake, RemoveVesicles

__all__ = ["Action", "BlockRelease", "BlockUptake", "Intervention", "RemoveVesicles", "Resection", "catalogue", "make"]
