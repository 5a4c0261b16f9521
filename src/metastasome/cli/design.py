"""``metastasome design``: which experiment would separate hypotheses, and how many lesions or animals it takes."""

from __future__ import annotations

from pathlib import Path

import click

from .options import SEED, Voice, voiced


@click.command("design")
@click.argument("hypotheses", nargs=-1, required=True, metavar="HYPOTHESES...")
@click.option(
    "--experiment", "keys", multiple=True, metavar="NAME", help="Consider this one only; several times for more."
)
@click.option("--goal", type=click.FloatRange(0.5, 1, min_open=True, max_open=True), default=0.95, show_default=True,
              help="Chance of naming the true hypothesis that is wanted.")  # fmt: skip
@click.option("--belief", multiple=True, type=click.FloatRange(0, min_open=True), help="Weight of each hypothesis now.")
@click.option("--table", is_flag=True, help="Print every experiment at every size.")
@SEED
@voiced
def command(
    hypotheses: tuple[str, ...], keys: tuple[str, ...], goal: float, belief: tuple[float, ...], table: bool,
    seed: int | None, voice: Voice,
) -> None:  # fmt: skip
    """Rank experiments by what it costs to separate HYPOTHESES.

    HYPOTHESES are names (``totr tota_alone``), or one question file, whose hypotheses and experiments are taken.
    Experiments: sequence more lesions, an arm with few vesicles, partners that share blood, earlier resection, a host
    with
    barcoded cells. Costs are in mice and rough; a question file may give its own.
    """
    from ..core.errors import InputError
    from ..study.explain import design

    one = len(hypotheses) == 1 and (Path(hypotheses[0]).exists() or hypotheses[0].endswith((".yaml", ".yml")))
    if belief and not one and len(belief) != len(hypotheses):
        raise InputError("one --belief per hypothesis", value=list(belief), expected=f"{len(hypotheses)} numbers")
    found = design(
        hypotheses[0] if one else hypotheses,
        keys or None,
        goal=goal,
        belief=belief or None,
        seed=1 if seed is None else seed,
    )
    made = found.table() if table else found.needed()
    shown = "\n".join([*found.words, "", made.to_string(index=False, float_format="%.3g")])
    voice.data({"words": found.words, "rows": made.to_dict(orient="records")}, shown)
