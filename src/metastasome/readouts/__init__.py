"""What would be seen: imaging, and curves a clinician reads, from a simulated cohort."""

from .imaging import DETECTABLE_CELLS, detectable_cells
from .survival import metastasis_free, share_with_interval

__all__ = ["DETECTABLE_CELLS", "detectable_cells", "metastasis_free", "share_with_interval"]
