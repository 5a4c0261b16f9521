"""Score predictions of metastatic sites on primaries left out; make the embedded training table.

Run: ``python validation/sites.py [--write]`` with METASTASOME_DATA or ../shared/data. ``--write`` also makes
``sites_training.tsv`` (counts by tumour type and site, no patient), ``sites_widths.tsv`` and ``sites_fitted.tsv`` of
``metastasome/inference`` anew. Per primary (all rows of its organ left out, prior widths learnt anew on the rest):
bits per site and Jensen-Shannon divergence of the model, of the nulls, and of the model with each mechanism off.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from metastasome.core.files import atomic_file
from metastasome.inference import sites_predict
from metastasome.inference.sites_counts import SiteRow, read_sites
from metastasome.inference.sites_factors import SWITCHES
from metastasome.inference.sites_features import MEANING
from metastasome.inference.sites_fit import fit, group_of
from metastasome.inference.sites_names import SITE_NAMES
from metastasome.inference.sites_score import Scores, leave_out, nulls, score_rows
from metastasome.study import gather, read_study
from metastasome.study.runner import prepare

HERE = Path(__file__).resolve()
DATA = Path(os.environ.get("METASTASOME_DATA", HERE.parents[2] / "shared" / "data")) / "clinical"
SAME = "model at the embedded widths"
OUT = HERE.parent / "results" / "sites.txt"
FILES = {
    "msk_met_biopsy_site_counts.csv": "Nguyen 2022 doi:10.1016/j.cell.2022.01.003",
    "literature_site_frequencies.csv": "abstracts",
    "seer_denovo_breast_subtype_by_site.csv": "SEER 2010-2019, doi:10.5281/zenodo.14832887",
    "seer_denovo_met_site_categories.csv": "SEER 2010-2019, doi:10.5281/zenodo.14832887",
}


def rows() -> dict[str, tuple[SiteRow, ...]]:
    return {name: read_sites(DATA / name).rows for name in FILES}


def write(table: dict[str, tuple[SiteRow, ...]]) -> None:
    """Write the embedded tables beside the module that reads them."""
    folder = Path(sites_predict.__file__).parent
    write_cargo(folder)
    lines = ["\t".join(("label", "type", "cohort", "weight", "source", *SITE_NAMES))]
    for name, found in table.items():
        for r in found:
            cells = [f"{c:.0f}" if seen else "" for c, seen in zip(r.counts, r.listed, strict=True)]
            if r.tumour.key != "unknown":
                lines.append("\t".join((r.label, r.tumour.key, r.cohort, f"{r.weight:.4g}", FILES[name], *cells)))
    put(folder / "sites_training.tsv", lines)
    sites_predict.training.cache_clear()
    made = fit(sites_predict.training(), adapt=3)
    put(
        folder / "sites_widths.tsv",
        ["group\twidth\tmeaning", *(f"{g}\t{w:.4f}\t{MEANING[g]}" for g, w in made.widths.items())],
    )
    sites_predict.widths.cache_clear()
    sd = np.sqrt(np.diag(np.linalg.inv(made.factor @ made.factor.T)))
    put(folder / "sites_fitted.tsv", ["column\tgroup\tmean\tsd", *(
        f"{n}\t{group_of(n)}\t{m:.4f}\t{s:.4f}" for n, m, s in zip(made.names, made.mean, sd, strict=True)
    )])  # fmt: skip


#: Tumour types whose vesicle cargo is embedded, and the preset that carries it.
CARGO = {
    "PAAD": "pancreas", "CRC MSS": "colorectal", "CRC HM": "colorectal", "PRAD": "prostate", "IDC HR+HER2-": "breast",
    "IDC HR+HER2+": "breast", "IDC HR-HER2+": "breast", "IDC TN": "breast", "ILC HR+HER2-": "breast",
}  # fmt: skip


def write_cargo(folder: Path) -> None:
    """Write what each tumour's vesicles would do at each site, standardised over sites.

    integrins: ln of uptake with the vesicles' proteins over uptake without; rna: ln of the summed shifts of all
    programmes and cell classes by RNA at the dose that kinetics delivers at resection, less its mean over the cargoes.
    What all cargoes share is delivery, liver above all: left in, it scored as well with cargoes swapped between them.
    """
    lines = ["type\tsite\tintegrins\trna"]
    found = {name: cargo_columns(name) for name in dict.fromkeys(CARGO.values())}
    shared = np.mean([r for _, r in found.values()], axis=0)
    made = {name: (standard(i), standard(r - shared)) for name, (i, r) in found.items()}
    for kind, name in CARGO.items():
        lines += [f"{kind}\t{s}\t{i:.4f}\t{r:.4f}" for s, i, r in zip(SITE_NAMES, *made[name], strict=True)]
    put(folder / "sites_cargo.tsv", lines)


def cargo_columns(preset: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the integrin and RNA columns over sites of one preset's vesicles."""
    case = prepare(read_study(preset).with_(match={"nulls": 0}))
    plain = gather.uptake(gather.body(case.study), replace(case.cargo, proteins={}))
    response, organs = case.match.response, case.uptake.organs
    gain = np.log(case.uptake.clearance / plain.clearance)
    integrins, rna = np.zeros(len(SITE_NAMES)), np.zeros(len(SITE_NAMES))
    for k, site in enumerate(SITE_NAMES):
        organ = {"ovary": "gonad"}.get(site, site)
        if organ in organs:
            integrins[k] = gain[organs.index(organ)]
        if organ in organs and organ in response.organs:
            o, dose = response.organs.index(organ), case.doses[organs.index(organ)]
            at = [dose[case.uptake.cells.index(c)] for c in response.cells]
            d = np.array(at)[:, None]
            rna[k] = np.log(np.abs(response.rna_top[o] * d / (d + response.rna_half[o])).sum() + 1e-12)
    return integrins, rna


def standard(x: np.ndarray) -> np.ndarray:
    spread = x.std()
    return np.asarray((x - x.mean()) / spread if spread > 1e-12 else 0.0 * x)


def put(path: Path, lines: list[str]) -> None:
    with atomic_file(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {path.name}: {len(lines) - 1} rows", file=sys.stderr)


def told(title: str, scores: Scores) -> list[str]:
    """Return the scores as lines; every way beside the difference to the model with its bootstrap interval."""
    organs = len({r.group for r in scores.rows})
    lines = [f"{title}: {len(scores.rows)} rows, {organs} organs, each predicted without its organ"]
    lines.append(f"{'prediction':52s} bits/site   JS     bits less the model's      JS less the model's")
    for way in scores.bits:
        against = SAME if way.startswith("without") else "model"  # both at the same widths
        bits, js = scores.mean(way)
        (b0, b1), (j0, j1) = scores.interval(way, against)
        b, j = scores.mean(against)
        more = "" if way == "model" else f"{bits - b:+.3f} ({b0:+.3f} {b1:+.3f})  {js - j:+.3f} ({j0:+.3f} {j1:+.3f})"
        lines.append(f"{way:52s} {bits:8.3f} {js:7.3f}  {more}")
    return [*lines, ""]


def main(words: list[str]) -> int:
    if not DATA.is_dir():
        print(f"no data at {DATA}: nothing scored", file=sys.stderr)
        return 1
    table = rows()
    if "--write" in words:
        write(table)
    train = [r for found in table.values() for r in found]
    msk = table["msk_met_biopsy_site_counts.csv"]
    rest = [r for name, found in table.items() if not name.startswith("msk") for r in found]
    lines: list[str] = []
    for title, scored in (("MSK-MET biopsies", msk), ("registries, autopsies, clinics", rest)):
        ways = nulls(train)
        ways["model"] = leave_out(scored, train)
        start = sites_predict.widths()
        ways[SAME] = leave_out(scored, train, widths=start, adapt=0)
        for name, off in SWITCHES.items():
            ways[f"without {name}"] = leave_out(scored, train, off=off, widths=start, adapt=0)
        scores = score_rows(scored, ways)
        lines += told(title, scores)
        if scored is msk:
            lines.append("by row: bits and JS of the model, then of the pan-cancer mean")
            for i, r in enumerate(scores.rows):
                two = [f"{scores.bits[w][i]:6.3f} {scores.divergence[w][i]:6.3f}" for w in ("model", "pan-cancer mean")]
                lines.append(f"  {r.label:14s} n {r.counts.sum():5.0f}  {two[0]}   {two[1]}")
            lines.append("")
    print("\n".join(lines))
    put(OUT, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
