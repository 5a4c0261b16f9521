"""The organ vocabulary: one name per organ, and the names other data sets use for it.

Names follow UBERON labels, shortened; ids are given so that tables can be joined. Cell types and brain regions of the
public atlases map to the organ they stand for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import InputError, nearest


@dataclass(frozen=True)
class Organ:
    """An organ: canonical `name`, `uberon` id, `label` for people, and `synonyms` in lower case."""

    name: str
    uberon: str
    label: str
    synonyms: tuple[str, ...] = ()


ORGANS: tuple[Organ, ...] = (
    Organ("lung", "UBERON:0002048", "lung", ("lungs", "pulmonary")),
    Organ("liver", "UBERON:0002107", "liver", ("hepatic",)),
    Organ("spleen", "UBERON:0002106", "spleen"),
    Organ(
        "gut",
        "UBERON:0000160",
        "gut",
        (
            "colon",
            "bowel",
            "rectum",
            "colorectum",
            "small_intestine",
            "intestine",
            "duodenum",
            "large_intestine",
            "stomach",
            "appendix",
            "gi_tract",
        ),
    ),
    Organ("pancreas", "UBERON:0001264", "pancreas", ("pancreatic",)),
    Organ("kidney", "UBERON:0002113", "kidney", ("kidneys", "renal")),
    Organ("brain", "UBERON:0000955", "brain", ("cerebral_cortex", "cns", "cerebrum")),
    Organ("heart", "UBERON:0000948", "heart", ("heart_muscle", "myocardium")),
    Organ("bone", "UBERON:0002481", "bone and marrow", ("bone_marrow", "marrow", "skeleton", "femur")),
    Organ("muscle", "UBERON:0001134", "skeletal muscle", ("skeletal_muscle",)),
    Organ("adipose", "UBERON:0001013", "adipose tissue", ("adipose_tissue", "fat", "adipocyte")),
    Organ("skin", "UBERON:0002097", "skin", ("dermis",)),
    Organ("lymph_node", "UBERON:0000029", "lymph nodes", ("lymph_nodes", "lymph", "nodes", "distant_lymph_node")),
    Organ("adrenal", "UBERON:0002369", "adrenal glands", ("adrenal_gland", "adrenals", "adrenal_glands")),
    Organ("gonad", "UBERON:0000991", "gonads", ("ovary", "testis", "gonads", "ovaries", "testes")),
    Organ("breast", "UBERON:0000310", "breast", ("mammary_gland", "mammary")),
    Organ("prostate", "UBERON:0002367", "prostate", ("prostate_gland",)),
    Organ("thyroid", "UBERON:0002046", "thyroid", ("thyroid_gland",)),
    Organ("peritoneum", "UBERON:0002358", "peritoneum", ("peritoneal", "omentum")),
    Organ("pleura", "UBERON:0000977", "pleura", ("pleurae", "pleural")),
)
ANY_ORGAN = "any organ"
"""What tables call the organ of cells that belong to none, such as T cells."""
NAMES: tuple[str, ...] = tuple(o.name for o in ORGANS)
_BY_NAME = {o.name: o for o in ORGANS}
_TO_NAME = {s: o.name for o in ORGANS for s in (o.name, *o.synonyms)}


def organ(name: str) -> Organ:
    """Return the organ called `name` or a synonym of it; :class:`InputError` names the nearest known one."""
    key = normalise(name)
    if key not in _TO_NAME:
        raise InputError(f"organ '{name}' is unknown", hint=nearest(key, _TO_NAME) or f"known: {', '.join(NAMES)}")
    return _BY_NAME[_TO_NAME[key]]


def find_organ(name: str) -> str | None:
    """Return the canonical name for `name`, or None where the vocabulary has none (no guess is made)."""
    return _TO_NAME.get(normalise(name))


def check_organs(names: Iterable[str]) -> tuple[str, ...]:
    """Return canonical names in the order given; raises :class:`InputError` at the first unknown or repeated one."""
    out: list[str] = []
    for n in names:
        canonical = organ(n).name
        if canonical in out:
            raise InputError(f"organ '{n}' is named twice", field="organs")
        out.append(canonical)
    return tuple(out)


def normalise(name: str) -> str:
    """Return `name` in the vocabulary's spelling: lower case, words joined by underscores."""
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").replace(",", " ").split())
