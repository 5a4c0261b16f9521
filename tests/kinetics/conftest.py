"""A small body (seven organs) for the full equations, and shortcuts."""

from __future__ import annotations

import pytest

from metastasome import body
from metastasome.body import Body


@pytest.fixture(scope="session")
def small() -> Body:
    """A human lumped to lung, liver, spleen, gut, kidney, lymph nodes and rest."""
    return body.lumped(body.human(), ("spleen",))
