"""The first lymph nodes a primary tumour drains to."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import InputError
from ..core.organs import organ


@dataclass(frozen=True)
class Sentinel:
    """A nodal basin: its `name`, and the `share` of all lymph node tissue in its first nodes (assumption)."""

    name: str
    share: float


# Basins are anatomy; a share of 0.5% is a few nodes of about 600 (assumption).
_BASINS = {
    "lung": "hilar", "liver": "hepatoduodenal", "spleen": "splenic hilar", "gut": "mesenteric",
    "pancreas": "peripancreatic", "kidney": "renal hilar", "brain": "deep cervical", "heart": "mediastinal",
    "bone": "regional", "muscle": "regional", "adipose": "regional", "skin": "regional", "adrenal": "para-aortic",
    "gonad": "para-aortic", "breast": "axillary", "prostate": "obturator", "thyroid": "central cervical",
    "peritoneum": "retrosternal", "pleura": "mediastinal",
}  # fmt: skip
SHARE = 0.005


def sentinel(primary: str) -> Sentinel:
    """Return the sentinel nodes of a primary in organ `primary`.

    Raises:
        InputError: the organ is unknown, or is the lymph nodes themselves.
    """
    name = organ(primary).name
    if name not in _BASINS:
        raise InputError("this organ drains to no sentinel node", field="primary", value=primary)
    return Sentinel(f"{_BASINS[name]} nodes", SHARE)
