"""Rebuilds the embedded reference tables from the public files, and records what they were built from.

    python tools/build_reference.py --data-dir ../shared/data

Writes into ``src/metastasome/reference``: miRNA names, gene programmes, panel expression, endogenous miRNA, seed-site
counts, cargo summaries, literature parameters, documented cases, and ``manifest.json`` with the SHA-256 of every source
file and every table written. Running it twice gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from reference_build import cargo_tables, literature, manifest, names, panel, programmes, sites

REFERENCE = Path(__file__).resolve().parents[1] / "src" / "metastasome" / "reference"


def main() -> None:
    """Build every table in the order in which they need each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True, help="folder with rna/, cases/ and parameters/")
    parser.add_argument("--out", type=Path, default=REFERENCE, help="folder to write to (default: the package's)")
    options = parser.parse_args()
    record = manifest.Record(options.data_dir, options.out)
    names.build(record)
    literature.build(record)
    cargo_tables.build(record)
    programmes.build(record)
    panel.build(record)
    sites.build(record)
    record.write()
    print(record.summary())


if __name__ == "__main__":
    main()
