"""Matchmaking: what a tumour's vesicles would change in every organ and cell type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..cargo.cargo import Cargo
from ..core.errors import InputError, nearest
from ..core.organs import find_organ
from ..core.streams import check_seed
from ..stockroom.stockroom import Recipient, Stockroom
from .affinity import Model
from .curves import curves
from .delivery import Delivery, with_options
from .dose import DETECTABLE, check_doses
from .finding import find_sites, known_sequences
from .guides import Guides, gather
from .profiles import DonorProfiles, Question, score_profiles
from .programmes import Programmes, reference_programmes
from .results import Match
from .rooms import choose, covered, distinct, spread_rows
from .significance import ask
from .sitesource import SiteSource
from .stand_ins import respond
from .uncertainty import log_dose_sd

F8 = NDArray[np.float64]
TEST_DOSE = 1e5
"""Dose of the nulls, EV per cell and day: a quarter of the 4e5 that 1,000 copies need at 0.00825 copies per vesicle."""


def match(
    cargo: Cargo,
    stockroom: Stockroom,
    *,
    organs: Sequence[str] | None = None,
    doses: ArrayLike | None = None,
    seed: int = 0,
    nulls: int = 1000,
    draws: int = 200,
    delivered: Mapping[str, float] | None = None,
    model: Model = "learned",
    programmes: Programmes | None = None,
    copies_scale: float = 1.0,
    cytosolic: float | None = None,
    half_life_h: float | None = None,
    delivery: Delivery | None = None,
    ago_copies: float | None = None,
    mirna_sequences: Mapping[str, str] | None = None,
    donors: DonorProfiles | None = None,
    sites: SiteSource | None = None,
    test_dose: float = TEST_DOSE,
    detectable: float = DETECTABLE,
    workers: int = 2,
) -> Match:
    """Return what the vesicles of `cargo` would change in every recipient of `stockroom`.

    Args:
        cargo: what one vesicle carries.
        stockroom: what recipients hold.
        organs: recipients of these organs only (cell types of no fixed organ stay); default all.
        doses: vesicles taken up per cell and day, rising; default 10 to 1e7, half a decade apart.
        seed: of every random draw.
        nulls: draws of each null; 0 for none.
        draws: draws of uncertain figures for the intervals; 0 for none.
        delivered: what kinetics delivers, EV per cell and day, by recipient (``"liver/macrophage"``), organ or cell.
        model: ``"learned"`` affinities, or ``"fixed"`` ones by site type.
        programmes: gene sets; default the reference's.
        copies_scale: factor on the cargo's copies per vesicle.
        cytosolic: share of the cargo that reaches the cytosol.
        half_life_h: of a guide in the recipient, hours.
        delivery: all constants at once; default those that belong to `model`.
        ago_copies: silencing complexes per cell that all guides share; default not limiting.
        mirna_sequences: miRNA name -> sequence, for names that miRBase v22 lacks.
        donors: profiles of single donors, for the recipient null.
        sites: ready sites from :func:`~metastasome.matchmaking.finding.prepare_sites`.
        test_dose: dose of nulls; the nearest of `doses` is taken.
        detectable: smallest ``|ln FC|`` that counts as seen.
        workers: threads; the answer does not depend on them.

    Returns:
        The match, with its :class:`~metastasome.matchmaking.response.DoseResponse` in ``response``.

    Raises:
        InputError: tables that share nothing, unknown organs, unusable doses or options.
    """
    check_seed(seed)
    for field, given, kind in (("cargo", cargo, Cargo), ("stockroom", stockroom, Stockroom)):
        if not isinstance(given, kind):
            hint = f"metastasome.{field}.embedded makes one"
            raise InputError(f"not a {field}", field=field, value=given, expected=f"a {kind.__name__}", hint=hint)
    grid = check_doses(doses)
    _check_counts(nulls=nulls, draws=draws)
    constants = with_options(delivery, cytosolic, half_life_h, model=model)
    whole = choose(stockroom, organs)
    arriving = _delivered(whole.recipients, delivered)
    packed = replace(cargo, copies=cargo.copies * _positive(copies_scale, "copies_scale"))
    known = known_sequences(cargo, mirna_sequences)
    held = covered(whole)
    room, where = distinct(held)
    guides = gather(packed, room, known)
    found = find_sites(room, guides, model=model) if sites is None else _ready(sites, guides, room)
    sets = programmes or reference_programmes()
    weights = sets.weights(room.genes, room.mrna)
    exact = curves(found, guides, room.mrna, weights, grid, constants, ago_copies, workers=workers)
    tested = int(np.abs(np.log(grid / _positive(test_dose, "test_dose"))).argmin())
    question = Question(
        packed, room, guides, found, sets, weights, constants, grid, tested, nulls, draws, seed, workers
    )
    scores = None if donors is None else score_profiles(question, donors, known, model, ago_copies)
    before = (exact.occupancy.n[:, :, 0], exact.occupancy.background[:, :, 0])
    answer = ask(question, before, exact.ln_fc, exact.shift, scores)
    notes = (
        *cargo.notes,
        *whole.notes,
        *guides.notes,
        _coverage(whole, held, len(room.recipients)),
        f"Sites: {found.origin}.",
        *constants.assumptions(),
        *_ago_note(ago_copies),
        *_class_note(packed),
    )
    shift, at = exact.shift[where], [0, tested + 1]
    return Match(
        cargo.name,
        whole.name,
        whole.recipients,
        room.genes,
        grid,
        exact.ln_fc[where],
        room.mrna[:, where],
        sets,
        shift,
        answer.low[where],
        answer.high[where],
        tested,
        spread_rows(answer.table, room, whole, where),
        respond(packed, whole, sets.names, grid, shift, notes),
        arriving,
        float(detectable),
        log_dose_sd(constants, *_spread(guides, found)),
        answer.linear_error,
        guides,
        found,
        constants,
        np.moveaxis(exact.occupancy.free[:, where][:, :, at], 2, 0),
        _settings(seed, nulls, draws, model, constants, ago_copies, organs, copies_scale),
        notes,
    )


def _ready(sites: SiteSource, guides: Guides, room: Stockroom) -> SiteSource:
    if sites.seeds != guides.seeds or sites.genes != room.genes:
        raise InputError(
            "sites were prepared for another cargo or stockroom",
            field="sites",
            hint="call prepare_sites again",
        )
    return sites


def _coverage(whole: Stockroom, held: Stockroom, distinct_n: int) -> str:
    share = np.nansum(held.mrna) / max(np.nansum(whole.mrna), 1e-300)
    same = len(whole.recipients) - distinct_n
    told = f" {same} recipients hold the same as another and were computed once." if same else ""
    return (
        f"Sites are known for {len(held.genes)} of {len(whole.genes)} genes ({share:.0%} of the mRNA); the others are "
        f"left out of shifts and count as average targets.{told}"
    )


def _delivered(recipients: Sequence[Recipient], given: Mapping[str, float] | None) -> F8:
    """Return the delivered dose of each recipient: by its name, else its organ, else its cell class, else NaN."""
    if given is None:
        return np.full(len(recipients), np.nan)
    if not hasattr(given, "items"):
        raise InputError("not doses", field="delivered", value=given, expected="{recipient, organ or cell: dose}")
    known = {key for r in recipients for key in (r.name, r.organ, r.cell) if key}
    found: dict[str, float] = {}
    for key, value in given.items():
        name = key if key in known else find_organ(str(key)) or key  # a synonym will do: "Lungs"
        if name not in known:
            hint = nearest(str(key), known) or None
            raise InputError("no such recipient of this match", field="delivered", value=key, hint=hint)
        if name in found:
            raise InputError("given twice", field="delivered", value=key)
        if isinstance(value, str) or not (np.isfinite(value) and value >= 0):
            raise InputError("not a dose", field=f"delivered: {key}", value=value, expected="EV per cell and day")
        found[name] = float(value)
    keys = [next((k for k in (r.name, r.organ, r.cell) if k in found), None) for r in recipients]
    return np.array([np.nan if k is None else found[k] for k in keys])


def _spread(guides: Guides, sites: SiteSource) -> tuple[float, float]:
    """Return typical spreads of ln copies and ln K_D, weighted by what is delivered."""
    total = guides.delivered.sum()
    if total <= 0:
        return 0.0, 0.0
    share = guides.delivered / total
    return float((share * guides.delivered_log_sd).sum()), float((share * sites.ln_kd_sd).sum())


def _positive(value: float, field: str) -> float:
    if not (np.isfinite(value) and value > 0):
        raise InputError("must be positive", field=field, value=value)
    return float(value)


def _check_counts(**counts: int) -> None:
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise InputError("not a number of draws", field=name, value=value, expected="a whole number, 0 for none")


def _ago_note(ago_copies: float | None) -> tuple[str, ...]:
    if ago_copies is None:
        return ("AGO is taken as not limiting.",)
    return (f"All guides share {ago_copies:g} AGO complexes per cell; nulls and intervals leave that competition out.",)


def _class_note(cargo: Cargo) -> tuple[str, ...]:
    if cargo.samples is None or len(set(cargo.labels)) < 2:
        return ("The cargo carries no case and control donors, so class labels were not permuted.",)
    return ()


def _settings(
    seed: int,
    nulls: int,
    draws: int,
    model: str,
    delivery: Delivery,
    ago_copies: float | None,
    organs: Sequence[str] | None,
    copies_scale: float,
) -> dict[str, Any]:
    return {
        "seed": seed,
        "nulls": nulls,
        "draws": draws,
        "model": model,
        "ago_copies": ago_copies,
        "organs": list(organs) if organs else None,
        "copies_scale": copies_scale,
        **delivery.__dict__,
    }
