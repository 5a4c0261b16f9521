"""The embedded compact reference: small sourced tables that let every command work with nothing downloaded."""

from __future__ import annotations

from .literature import DocumentedCase, LiteratureValue, documented_cases, literature, literature_value
from .names import Mature, Resolution, mirna_names, resolve
from .programmes import ProgrammeGene, programmes
from .site_counts import SiteCounts, site_counts
from .tables import manifest

__all__ = [
    "DocumentedCase",
    "LiteratureValue",
    "Mature",
    "ProgrammeGene",
    "Resolution",
    "SiteCounts",
    "documented_cases",
    "literature",
    "literature_value",
    "manifest",
    "mirna_names",
    "programmes",
    "resolve",
    "site_counts",
]
