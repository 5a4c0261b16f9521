"""``python -m metastasome.cli``."""

from . import main

main()
