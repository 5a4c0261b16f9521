"""``metastasome completion``: completion of commands and options in a shell."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    For bash: eval "$(metastasome completion bash)"
    """
    from click.shell_completion import get_completion_class

    from .app import group

    kind = get_completion_class(shell)
    assert kind is not None
    print(kind(group, {}, "metastasome", "_METASTASOME_COMPLETE").source())
