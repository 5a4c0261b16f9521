"""What can be done to vesicles, cells and patients: each an object with a schedule."""

from .base import Action, Effect, Intervention
from .blood import AntiTetraspanin, Hemofiltration, RemoveVesicles, ScavengerBlock
from .cargo import AntiMir, LoadingBlockade, StripSurface
from .catalogue import catalogue, class_of, make, settings_of, written
from .classical import AntiVEGF, CheckpointInhibitor, Chemotherapy, Radiotherapy
from .delivery import EngineeredVesicles, knockdown_table
from .interplay import RULES, together
from .niche import BlockFibronectin, BlockMIF, BlockTGFBeta, BlockVEGFR1, SealVessels
from .release import (
    BlockRelease,
    Buffer,
    DimethylAmiloride,
    HifInhibition,
    NSMase2Inhibitor,
    ProtonPumpInhibitor,
    Rab27Loss,
)
from .surgery import CalmWound, Resection
from .uptake import BlockUptake, Heparin, IntegrinBlockade

__all__ = [
    "RULES",
    "Action",
    "AntiMir",
    "AntiTetraspanin",
    "AntiVEGF",
    "BlockFibronectin",
    "BlockMIF",
    "BlockRelease",
    "BlockTGFBeta",
    "BlockUptake",
    "BlockVEGFR1",
    "Buffer",
    "CalmWound",
    "CheckpointInhibitor",
    "Chemotherapy",
    "DimethylAmiloride",
    "Effect",
    "EngineeredVesicles",
    "Hemofiltration",
    "Heparin",
    "HifInhibition",
    "IntegrinBlockade",
    "Intervention",
    "LoadingBlockade",
    "NSMase2Inhibitor",
    "ProtonPumpInhibitor",
    "Rab27Loss",
    "Radiotherapy",
    "RemoveVesicles",
    "Resection",
    "ScavengerBlock",
    "SealVessels",
    "StripSurface",
    "catalogue",
    "class_of",
    "knockdown_table",
    "make",
    "settings_of",
    "together",
    "written",
]
