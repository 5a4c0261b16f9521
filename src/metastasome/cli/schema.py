"""``metastasome schema``: what a study file may say, for editors."""

from __future__ import annotations

import click

from .options import Voice, voiced


@click.command("schema")
@voiced
def command(voice: Voice) -> None:
    """Print the JSON Schema of study files.

    In an editor with a YAML language server, write this as the first line of a study, with the schema saved beside it:
    # yaml-language-server: $schema=study.schema.json
    """
    from ..study import schema

    voice.data(schema())
