from __future__ import annotations

import pytest

from . import synthetic


@pytest.fixture(scope="session")
def run() -> synthetic.MadeUpRun:
    return synthetic.make_run()


@pytest.fixture(scope="session")
def small() -> synthetic.MadeUpRun:
    return synthetic.make_run(n=50, organs=("liver", "lung", "bone"))


@pytest.fixture(scope="session")
def hostile() -> synthetic.MadeUpRun:
    return synthetic.make_run(n=50, organs=("liver", "lung", "bone"), mark=synthetic.HOSTILE)


@pytest.fixture(scope="session")
def uneventful() -> synthetic.MadeUpRun:
    return synthetic.without_events(synthetic.make_run(n=50, organs=("liver", "lung", "bone")))


@pytest.fixture(scope="session")
def page(run: synthetic.MadeUpRun) -> str:
    from metastasome.report.page import run_page

    return run_page(run)
