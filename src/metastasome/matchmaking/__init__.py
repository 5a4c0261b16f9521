"""Sites, affinities, occupancy, repression, programmes, dose response and significance."""

from .response import CELLS, PROGRAMMES, DoseResponse

__all__ = ["CELLS", "PROGRAMMES", "DoseResponse"]
