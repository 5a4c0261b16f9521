import anndata
import numpy as np
import pandas as pd
import pytest

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.matchmaking.cells import stockroom_from_anndata
from metastasome.matchmaking.match import match

from .small import cargo, programmes, stockroom

WHO = {"Kupffer": ("liver", "macrophage"), "T cell": (None, "t_cell")}


def cells(n=120):
    rng = stream(1, "test/cells")
    kinds = np.array(["Kupffer", "T cell", "other"])[np.arange(180) % 3]
    donors = np.array(["a", "b", "c"])[np.arange(180) // 60]
    depth = np.where(donors == "a", 50.0, 5.0)  # donor a is sequenced ten times deeper
    level = rng.lognormal(0, 1, (3, n))[np.arange(180) % 3]
    obs = pd.DataFrame({"kind": kinds, "donor": donors}, index=[f"c{i}" for i in range(180)])
    made = anndata.AnnData(np.zeros((180, n)), obs=obs, var=pd.DataFrame(index=[f"G{i}" for i in range(n)]))
    made.layers["counts"] = rng.poisson(level * depth[:, None]).astype(float)
    return made, level[:2]


def read(data, **change):
    options = {"groups": "kind", "donors": "donor", "recipients": WHO, "beside": stockroom()}
    return stockroom_from_anndata(data, **{**options, **change})


@pytest.mark.slow
def test_pseudobulk_finds_the_levels_and_runs_through_a_match():
    data, level = cells()
    room = read(data)
    assert [r.name for r in room.recipients] == ["liver/Kupffer", "T cell"]
    assert room.mrna.sum(axis=0) == pytest.approx([3e5, 3e5])
    truth = (level / level.sum(axis=1, keepdims=True)).T * 3e5
    assert np.corrcoef(np.log(truth.ravel()), np.log(room.mrna.ravel()))[0, 1] > 0.99
    assert (room.mirna[:, 0] == stockroom().mirna[:, 0]).all()  # the liver as a whole lends its miRNA
    assert np.isnan(room.mirna[:, 1]).all()
    made = match(cargo(), room, model="fixed", programmes=programmes(), nulls=0, draws=0)
    assert made.names == ("liver/Kupffer", "T cell")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": "knid"}, "did you mean 'kind'"),
        ({"layer": "raw"}, "no such layer"),
        ({"recipients": {"Kupfer": ("liver", "macrophage")}}, "did you mean 'Kupffer'"),
        ({"recipients": {"Kupffer": ("liver", "macrofage")}}, "did you mean 'macrophage'"),
        ({"recipients": {"Kupffer": ("lvier", "macrophage")}}, "did you mean 'liver'"),
        ({"fewest_cells": 1000}, "no donor has enough cells"),
    ],
)
def test_bad_input_is_one_clear_line(change, message):
    with pytest.raises(InputError, match=message) as caught:
        read(cells()[0], **change)
    assert "\n" not in str(caught.value)


def test_logarithms_are_told_from_counts():
    data, _ = cells()
    data.layers["counts"] = np.log1p(data.layers["counts"])
    with pytest.raises(InputError, match="log values"):
        read(data)


def test_strangers_are_told_apart():
    data, _ = cells()
    data.var_names = [f"ENSG{i}" for i in range(data.n_vars)]
    with pytest.raises(InputError, match=r"ENSG0.*G0"):
        read(data)
