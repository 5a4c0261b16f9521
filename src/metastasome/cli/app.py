"""The group of commands, and what becomes of an error: one line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from .. import __version__
from ..core.errors import MetastasomeError

#: Command -> what it does. Read by ``--help`` so that no command's own file needs importing.
COMMANDS: dict[str, str] = {
    "run": "Run a study file or a preset and write its results.",
    "demo": "Run the colorectal preset on the embedded reference.",
    "trial": "Compare the arms of a study on the same patients and write one page of report.",
    "biopsy": "What a blood test would see, and whose vesicles a plasma profile holds.",
    "match": "Match vesicle cargo with what every organ holds.",
    "kinetics": "Where vesicles go in the body, and how fast.",
    "mechanisms": "List, explain, draw and export the hypotheses.",
    "origin": "Which origins fit the variants that lesions share with their primary.",
    "fit": "Fit the hypotheses of a QUESTION to its data.",
    "compare": "Weigh the rival hypotheses of a QUESTION against its data.",
    "design": "Rank experiments by what it costs to separate HYPOTHESES.",
    "sensitivity": "Say which parameters a readout of a QUESTION depends on.",
    "petab": "Write a study with measurements as a PEtab problem, and read one back.",
    "sites": "Predict where a primary metastasises.",
    "sizes": "Predict metastasis from the primary's size.",
    "sequences": "Predict the next metastatic site of a patient.",
    "schema": "Print the JSON Schema of study files.",
    "data": "List, fetch and verify public data files.",
    "replay": "Repeat a result from its own record and compare.",
    "doctor": "Check this installation.",
    "cite": "Print what to cite.",
    "completion": "Print the completion script of a shell.",
}
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a command's file when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return the command called `name`."""
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f".{name}", __package__).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and say which known one is nearest to an unknown name."""
        from ..core.errors import nearest

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = nearest(args[0], COMMANDS) or f"known: {', '.join(COMMANDS)}"
            ctx.fail(f"no such command '{args[0]}'; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="metastasome %(version)s")
def group() -> None:
    """metastasome: a quantitative laboratory for vesicle-driven metastasis.

    Data goes to stdout, talk to stderr. Exit codes: 0 fine, 1 the model or the data said no, 2 wrong usage or input.
    """


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line on `args` (``sys.argv`` when None) and return the exit code."""
    words = list(sys.argv[1:] if args is None else args)
    debug = "--debug" in words
    try:
        done = group.main(words, prog_name="metastasome", standalone_mode=False)
        sys.stdout.flush()
        return done if isinstance(done, int) else 0
    except (click.exceptions.Abort, KeyboardInterrupt) as stop:
        notes = getattr(stop.__cause__ or stop, "__notes__", ["nothing half-written is left under the output's name"])
        return _say(f"interrupted; {'; '.join(notes)}", INTERRUPTED)
    except click.ClickException as error:
        return _usage(error)
    except MetastasomeError as error:
        _trace(debug)
        return _say(str(error), error.exit_code)
    except BrokenPipeError:
        # Whoever read stdout has gone (``| head``); the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MemoryError:
        return _say("out of memory; try fewer patients or workers", 1)
    except OSError as error:
        _trace(debug)
        return _say(_os_line(error), 2)
    except Exception as error:
        _trace(debug)
        hint = "" if debug else "; run again with --debug for the trace"
        return _say(f"unexpected {type(error).__name__}: {' '.join(str(error).split())[:300]}{hint}", 1)


def _usage(error: click.ClickException) -> int:
    ctx: Any = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "metastasome"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        print(error.format_message(), file=sys.stderr)
        return 2
    return _say(f"{error.format_message().rstrip('.')}; see '{path} --help'", 2)


def _os_line(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _say(line: str, code: int) -> int:
    print(f"metastasome: {line}", file=sys.stderr)
    return code


def _trace(debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()
