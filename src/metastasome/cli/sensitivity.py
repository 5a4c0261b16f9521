"""``metastasome sensitivity``: what a readout depends on, and which parameters the data can pin down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import DATA_DIR, OVERWRITE, SEED, Voice, voiced

if TYPE_CHECKING:
    from ..inference.sensitivity import Profile


@click.command("sensitivity")
@click.argument("question", type=click.Path(path_type=Path), metavar="QUESTION")
@DATA_DIR
@click.option("--hypothesis", metavar="KEY", help="Which hypothesis; the question's first when not given.")
@click.option(
    "--readout", metavar="'OBSERVATION: DATUM'", help="What is expected of this datum; the first when not given."
)
@click.option(
    "-n", "n", type=click.IntRange(8, 65536), default=128, show_default=True, help="Base sample; a power of two."
)
@click.option("--profile", "profiled", is_flag=True, help="Also profile the likelihood of every parameter.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="PAGE", help="Write figures to this HTML page.")
@SEED
@OVERWRITE
@voiced
def command(
    question: Path, data_dir: Path | None, hypothesis: str | None, readout: str | None, n: int, profiled: bool,
    out: Path | None, seed: int | None, overwrite: bool, voice: Voice,
) -> None:  # fmt: skip
    """Say which parameters a readout of a QUESTION depends on.

    Prints Sobol indices and a tornado table over the priors of its parameters. With --profile also which parameters its
    data identify, without any prior. With --out the figures (tornado, Sobol indices, profiles) are written to a page.
    """
    from ..core.errors import StoreError
    from ..inference.sensitivity import profile
    from ..report.sensitivity_page import write_sensitivity
    from ..study.explain import as_question, expected, sensitivity

    if out is not None and out.exists() and not overwrite:
        raise StoreError("the page exists", file=out, hint="choose another --out or pass --overwrite")
    if out is not None and out.is_dir():
        raise StoreError("a folder, not a page", file=out, hint="name a file, as sensitivity.html")
    asked = as_question(question, data_dir)
    chosen = asked.explanation(hypothesis or asked.rivals[0].hypothesis.key)
    found = sensitivity(chosen, readout=expected(chosen, readout), n=n, seed=1 if seed is None else seed)
    profiled_ = [profile(chosen, name) for name in chosen.names] if profiled else []
    profiles = [_plain(p) for p in profiled_]
    table = found.table()
    lines = [f"{chosen.key}: {chosen.title}; at the priors' medians {found.centre:.4g}"]
    lines.append(table.to_string(index=False, float_format="%.3g"))
    lines += [p["words"] for p in profiles]
    if out is not None:
        what = readout or next(f"{o.name}: {label}" for o in chosen.observations for label in o.labels)
        write_sensitivity(out, f"{chosen.title}: {what}", f"What is expected of '{what}'", found, profiled_)
        lines.append(f"figures in {out}")
    voice.data(
        {
            "hypothesis": chosen.key,
            "centre": found.centre,
            "rows": table.to_dict(orient="records"),
            "profiles": profiles,
        },
        "\n".join(lines),
    )


def _plain(p: Profile) -> dict[str, Any]:
    return {
        "parameter": p.parameter, "low": p.low, "high": p.high, "words": p.words, "values": p.values,
        "log_likelihood": p.log_likelihood,
    }  # fmt: skip
