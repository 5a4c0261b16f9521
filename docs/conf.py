"""Sphinx configuration: MyST pages, the tutorial executed at build, warnings as errors in the checks."""

from __future__ import annotations

import os

from metastasome import __version__

project = "metastasome"
author = "The metastasome developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
source_suffix = {".md": "myst-nb"}
exclude_patterns = ["_build", "jupyter_execute", "reference_data"]

html_theme = "furo"
html_title = f"metastasome {release}"
html_static_path: list[str] = []

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
myst_url_schemes = ("http", "https", "mailto")

nb_execution_mode = "force" if os.environ.get("METASTASOME_DOCS_EXECUTE", "1") == "1" else "off"
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
# Attributes are described once in the class docstring; the dataclass fields repeat their names without text.
suppress_warnings = ["ref.python", "autosectionlabel.*"]
