"""``python -m metastasome``."""

from .cli import main

main()
