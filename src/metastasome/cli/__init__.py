"""The command line: one file per command, imported only when it is called."""

from __future__ import annotations

from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 the model or the data said no, 2 wrong use or input, 130 interrupted."""
    try:
        from .app import run

        code = run(args)
    except KeyboardInterrupt:  # while modules are read, before there is anything to keep
        code = 130
    raise SystemExit(code)
