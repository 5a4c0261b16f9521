"""Sites, affinities, occupancy, repression, programmes, dose response and significance."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .response import CELLS, PROGRAMMES, DoseResponse

if TYPE_CHECKING:
    from .affinity import site_ln_kd as site_ln_kd
    from .affinity import site_ln_kd_sd as site_ln_kd_sd
    from .affinity import type_ln_kd as type_ln_kd
    from .cells import stockroom_from_anndata as stockroom_from_anndata
    from .conserved import read_conserved as read_conserved
    from .delivery import Delivery as Delivery
    from .finding import prepare_sites as prepare_sites
    from .predict import predict_repression as predict_repression
    from .profiles import DonorProfiles as DonorProfiles
    from .profiles import read_donor_profiles as read_donor_profiles
    from .programmes import Programmes as Programmes
    from .programmes import read_gmt as read_gmt
    from .proteins import integrin_factor as integrin_factor
    from .results import Match as Match
    from .sites import SiteTable as SiteTable
    from .sites import scan as scan

# name -> module: what pulls numba or pandas is imported when first asked for
_LAZY = {
    "Delivery": "delivery",
    "DonorProfiles": "profiles",
    "Match": "results",
    "Programmes": "programmes",
    "SiteTable": "sites",
    "integrin_factor": "proteins",
    "stockroom_from_anndata": "cells",
    "read_conserved": "conserved",
    "read_donor_profiles": "profiles",
    "prepare_sites": "finding",
    "predict_repression": "predict",
    "read_gmt": "programmes",
    "scan": "sites",
    "site_ln_kd": "affinity",
    "site_ln_kd_sd": "affinity",
    "type_ln_kd": "affinity",
}
__all__ = ["CELLS", "PROGRAMMES", "DoseResponse", *sorted(_LAZY)]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
