"""``metastasome sensitivity``: what a readout depends on, and which parameters the data can pin down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import DATA_DIR, SEED, Voice, voiced


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
@SEED
@voiced
def command(
    question: Path, data_dir: Path | None, hypothesis: str | None, readout: str | None, n: int, profiled: bool,
    seed: int | None, voice: Voice,
) -> None:  # fmt: skip
    """Say which parameters a readout of a QUESTION depends on.

    Prints Sobol indices and a tornado table over the priors of its parameters. With --profile also which parameters its
    data identify, without any prior.
    """
    from ..study.explain import as_question, expected, sensitivity

    asked = as_question(question, data_dir)
    chosen = asked.explanation(hypothesis or asked.rivals[0].hypothesis.key)
    found = sensitivity(chosen, readout=expected(chosen, readout), n=n, seed=1 if seed is None else seed)
    profiles = _profiles(chosen) if profiled else []
    table = found.table()
    lines = [f"{chosen.key}: {chosen.title}; at the priors' medians {found.centre:.4g}"]
    lines.append(table.to_string(index=False, float_format="%.3g"))
    lines += [p["words"] for p in profiles]
    voice.data(
        {
            "hypothesis": chosen.key,
            "centre": found.centre,
            "rows": table.to_dict(orient="records"),
            "profiles": profiles,
        },
        "\n".join(lines),
    )


def _profiles(chosen: Any) -> list[dict[str, Any]]:
    from ..inference.sensitivity import profile

    made = [profile(chosen, name) for name in chosen.names]
    return [
        {"parameter": p.parameter, "low": p.low, "high": p.high, "words": p.words, "values": p.values,
         "log_likelihood": p.log_likelihood}
        for p in made
    ]  # fmt: skip
