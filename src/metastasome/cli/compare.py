"""``metastasome compare``: the weights of rival hypotheses, with the recovery beside each, and a verdict in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import DATA_DIR, OVERWRITE, SEED, Voice, voiced

if TYPE_CHECKING:
    from ..inference.comparison import Comparison


@click.command("compare")
@click.argument("question", type=click.Path(path_type=Path), metavar="QUESTION")
@DATA_DIR
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Where the answer is kept.")
@click.option(
    "--recovery", type=click.IntRange(0, 100_000), help="Simulated data sets per hypothesis; 0 leaves it out."
)
@click.option(
    "--recover-from", type=click.Choice(["posterior", "prior"]), default="posterior", show_default=True,
    help="Where the parameters of those data sets come from.",
)  # fmt: skip
@SEED
@OVERWRITE
@voiced
def command(
    question: Path,
    data_dir: Path | None,
    out: Path | None,
    recovery: int | None,
    recover_from: str,
    seed: int | None,
    overwrite: bool,
    voice: Voice,
) -> None:
    """Weigh the rival hypotheses of a QUESTION against its data.

    A question is a YAML file, or the folder of one. Beside each weight stands the recovery: how often data simulated
    under that hypothesis, as large as the real ones, are ascribed to it. Exit code 1 where a hypothesis is impossible,
    a sampler failed or a prior contradicts the data, with everything else kept. --overwrite moves an earlier result
    into its subfolder 'earlier'; finished chains are taken up again where neither question nor settings have changed.
    """
    from ..core.errors import ModelError
    from ..inference.comparison import compare
    from ..report.explain_page import write_explain
    from ..study.question import read_question
    from .fit import answer_folder

    asked = read_question(question, data_dir=data_dir)
    folder = answer_folder(asked, out, overwrite)
    s = asked.settings
    found = compare(
        asked.explanations, question=asked.question, method=s["method"], draws=s["draws"], chains=s["chains"],
        warmup=s["warmup"], sets=s["recovery"] if recovery is None else recovery, recover_from=recover_from,
        seed=s["seed"] if seed is None else seed, keep=folder / "chains", progress=voice.progress,
    )  # fmt: skip
    found.save(folder)
    write_explain(found, folder / "report.html")
    voice.data({**found.as_dict(), "out": str(folder)}, _text(found, folder))
    trouble = [*found.impossible.values(), *(f"{f.explanation.key}: {f.words[0]}" for f in found.fits if not f.trusted)]
    trouble += [f"{f.explanation.key}: {line}" for f in found.fits for line in f.contradictions]
    if trouble:
        raise ModelError(" ".join(trouble))


def _text(found: Comparison, folder: Path) -> str:
    lines = [found.question, "", *found.words, "", found.table().to_string(index=False, float_format="%.3g")]
    if found.recovery is not None:
        r = found.recovery
        lines += [
            "",
            f"recovery from {r.sets} data sets each, parameters from the {r.where} (rows: truth, columns: found)",
        ]
        lines.append(r.table().to_string(float_format="%.2f"))
        lines += [r.words] if r.words else []
    if found.wider:
        import pandas as pd

        lines += ["", "weights by width of the priors", pd.DataFrame(found.wider).to_string(float_format="%.2f")]
    return "\n".join([*lines, "", f"kept in {folder}"])
