"""What a notebook calls."""

from __future__ import annotations

import pytest

import metastasome as ms
from metastasome.cargo import documented
from metastasome.core.errors import InputError


def test_a_cargo_is_matched_with_the_embedded_stockroom():
    found = ms.match(documented(["hsa-miR-105-5p"]), nulls=0, draws=0, organs=["lung"])
    assert {r.organ for r in found.recipients} <= {"lung", None}
    assert "Below threshold" in found.summary()[0] or "needs" in found.summary()[0]


@pytest.mark.parametrize(("call", "says"), [
    (lambda: ms.match(documented(["hsa-miR-105-5p"]), nuls=3), "did you mean 'nulls'"),
    (lambda: ms.match("colorectal", organs=["lung"]), "a study brings its own 'organs'"),
    (lambda: ms.match("colorektal"), "colorectal"),
    (lambda: ms.simulate({"name": "x"}), "parse_study"),  # type: ignore[arg-type]
    (lambda: ms.plan_biopsy("colorectal", assays="ctdn"), "did you mean 'ctdna'"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_in_one_line(call, says):
    with pytest.raises(InputError) as caught:
        call()
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_run_goes_on_from_finished_chunks_and_takes_a_scheduler(tmp_path):
    """The second call solves nobody again; worker processes give the same patients."""
    pytest.importorskip("distributed")
    out = tmp_path / "crc"
    given = {"n": 40, "seed": 1}
    first = ms.simulate("colorectal", out=out, scheduler="processes", **given)
    assert (tmp_path / "crc.partial" / "vesicles" / "commits").is_dir()
    again = ms.simulate("colorectal", out=out, resume=True, **given)
    assert again.cohort.speed["solved"] == 0
    assert again.to_frame().equals(first.to_frame())
    first.save(out)
    assert out.is_dir() and not (tmp_path / "crc.partial").exists()
