"""Build src/metastasome/reference/physiology_*.csv from public physiology files and a table of assumptions.

Run: ``python tools/build_physiology.py DATA`` where DATA holds ``kinetics/physiology_organs.csv`` and
``kinetics/physiology_species.csv`` (httk 2.7.4: Davies & Morris 1993, Brown 1997, ILSI-RSI 1994). Figures that no
file gives stand in ``tools/physiology_assumed.csv``; a star there marks one read in Shah & Betts 2012, as quoted in
Table 1 of PMC4429683. Each row written names its source, or "assumption".
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "src" / "metastasome" / "reference"
SPECIES = ("human", "mouse", "rat")
CELLS = ("endothelium", "macrophage", "stroma", "parenchyma", "msc")
SHAH = "Shah & Betts 2012 doi:10.1007/s10928-011-9232-2 in PMC4429683 Table 1 (rat)"
ASSUMPTION = "assumption"
WHOLE = {
    "Average BW": ("weight", "kg"),
    "Plasma Volume": ("plasma", "mL/kg"),
    "Hematocrit": ("hematocrit", "1"),
    "Cardiac Output": ("cardiac_output", "mL/min/kg^0.75"),
    "GFR": ("gfr", "mL/min/kg^0.75"),
}
Row = tuple[str, str, str, str, str, str]


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def whole_body(data: Path) -> Iterator[Row]:
    """Yield whole-body figures."""
    for row in table(data / "kinetics" / "physiology_species.csv"):
        if (species := row["species"].lower()) in SPECIES and row["parameter"] in WHOLE:
            quantity, unit = WHOLE[row["parameter"]]
            yield (
                species,
                "",
                quantity,
                f"{float(row['value']):.6g}",
                unit,
                "httk 2.7.4 (Davies & Morris 1993)",
            )
    for species, weight in zip(SPECIES, (70.0, 0.02, 0.25), strict=True):
        value = 2900.0 * (weight / 70.0) ** 0.74  # 2.9 L/day in man, exponent 0.74
        yield (
            species,
            "",
            "lymph",
            f"{value:.6g}",
            "mL/day",
            "PMC4429683 Table 1, note (2.9 L/day, exponent 0.74)",
        )


def httk(data: Path, species: str, variable: str) -> dict[str, tuple[float, str]]:
    """Return organ -> (value, source) of a variable whose name starts so."""
    return {
        row["organ"]: (float(row["value"]), f"httk 2.7.4 ({row['reference']})")
        for row in table(data / "kinetics" / "physiology_organs.csv")
        if row["species"].lower() == species and row["variable"].startswith(variable)
    }


def volumes(data: Path, species: str, assumed: list[dict[str, str]]) -> Iterator[Row]:
    """Volumes in mL/kg; an organ httk lacks is carved out of the one named in `volume_from`."""
    known = {k: (v * 1000.0, s) for k, (v, s) in httk(data, species, "Vol").items()}
    column = "volume_human" if species == "human" else "volume_rodent"
    for row in assumed:
        if row[column] and row["organ"] not in known:
            part = float(row[column])
            donor, source = known[row["volume_from"]]
            known[row["volume_from"]] = (donor - part, source)
            source = ASSUMPTION
            if row["organ"] == "pancreas":
                source = "Peters, 77 mL (Andrew-Sneddon/Python-examples)" if species == "human" else ASSUMPTION
            known[row["organ"]] = (part, source)
    for row in assumed:
        value, source = known[row["organ"]]
        yield species, row["organ"], "volume", f"{value:.6g}", "mL/kg", source


def flows(data: Path, species: str, output: float, assumed: list[dict[str, str]]) -> Iterator[Row]:
    """Shares of cardiac output; the liver's is its artery's (total less gut and spleen); "rest" closes the sum."""
    seen = httk(data, species, "Flow")
    share = {k: (v / output, s) for k, (v, s) in seen.items()}
    artery = share["liver"][0] - share["gut"][0] - share["spleen"][0]
    share["liver"] = (artery, share["liver"][1] + "; total less gut and spleen")
    for row in assumed:
        if row["flow_share"] and row["organ"] not in share:
            part = float(row["flow_share"])
            if row["flow_from"] == "gut":
                share["gut"] = (share["gut"][0] - part, share["gut"][1])
            elif row["flow_from"] == "adipose":
                share["adipose"] = (share["adipose"][0] - part, share["adipose"][1])
            source = (
                "BayesPBPK tutorial, 1% of output" if (row["organ"], species) == ("pancreas", "human") else ASSUMPTION
            )
            share[row["organ"]] = (part, source)
    for row in assumed[:-1]:
        value, source = share[row["organ"]]
        yield species, row["organ"], "flow_share", f"{value:.6g}", "1", source


def shared_figures(assumed: list[dict[str, str]]) -> Iterator[Row]:
    """Shares and densities taken to be the same in every species, except the blood share."""
    for row in assumed:
        for group in ("human", "rodent"):
            value = row[f"blood_share_{group}"]
            yield group, row["organ"], "blood_share", value, "1", f"{ASSUMPTION} (order of Brown 1997)"
        inside = row["interstitial_share"]
        source = SHAH if inside.endswith("*") else ASSUMPTION
        yield "all", row["organ"], "interstitial_share", inside.rstrip("*"), "1", source
        yield "all", row["organ"], "lymph_share", row["lymph_share"], "1", ASSUMPTION
        yield "all", row["organ"], "portal", row["portal"], "1", "anatomy"
        for cell in CELLS:
            yield "all", row["organ"], f"cells_{cell}", row[cell], "cell/mL", ASSUMPTION


def write(name: str, rows: list[Row]) -> None:
    """Write rows as a reference table."""
    with (OUT / name).open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("species", "organ", "quantity", "value", "unit", "source"))
        out.writerows(rows)


def main(data: Path) -> None:
    """Write both tables."""
    assumed = table(HERE / "physiology_assumed.csv")
    whole = list(whole_body(data))
    write("physiology_species.csv", whole)
    output = {r[0]: float(r[3]) for r in whole if r[2] == "cardiac_output"}
    rows: list[Row] = []
    for species in SPECIES:
        rows += volumes(data, species, assumed)
        rows += flows(data, species, output[species], assumed)
    write("physiology_organs.csv", rows + list(shared_figures(assumed)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
