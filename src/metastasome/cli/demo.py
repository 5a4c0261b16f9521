"""``metastasome demo``: the main job on the embedded reference, nothing to download."""

from __future__ import annotations

from pathlib import Path

import click

from .options import PATIENTS, SEED, Voice, voiced


@click.command("demo")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results/demo"),
    show_default=True,
    metavar="FOLDER",
    help="Results; an earlier demo there is replaced.",
)
@PATIENTS
@SEED
@voiced
def command(out: Path, patients: int | None, seed: int | None, voice: Voice) -> None:
    """Run the colorectal preset on the embedded reference.

    Nothing is downloaded. The report says that the embedded reference stood behind the answer.
    """
    from .run import execute

    voice.say("the colorectal preset on the embedded reference: cargo, organs, niche, seeding, lesions, report")
    execute(
        "colorectal",
        data_dir=None,
        out=out,
        patients=patients or 1000,
        seed=1 if seed is None else seed,
        workers=1,
        resume=False,
        overwrite=True,
        voice=voice,
    )
