"""Genomics of origin: what is expected of each origin, what noise does to it, and what counts let one conclude."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metastasome as ms
from metastasome.core.errors import InputError
from metastasome.mechanisms import catalogue
from metastasome.mechanisms.origins import GENOMES, ORIGINS
from metastasome.readouts.genomics import Genomics, expected, sequence


def lesions(origin: str, n: int, day: float = 1000.0) -> pd.DataFrame:
    return pd.DataFrame({"patient": np.arange(n), "origin": origin, "founded_day": day})


def test_every_origin_that_a_mechanism_opens_is_known():
    opened = {o for kind in catalogue().values() for o in kind.opens}
    assert opened <= set(ORIGINS)


def test_expected_shares_follow_from_the_founder():
    whole = pd.concat([lesions(o, 1) for o in ORIGINS], ignore_index=True)
    made = expected(whole).set_index("origin")
    assert (made.loc[["seeded", "emt", "hybrid"], "truncal_share"] == 1.0).all()
    resident = ["tota_direct", "tota_indirect", "stem_mutation", "macrophage"]
    assert (made.loc[resident, "truncal_share"] == 0.0).all()
    assert (made.loc[resident, "private_share"] == 1.0).all()
    assert made.loc["genometastasis", "truncal_share"] == made.loc["genometastasis", "transferred_share"] == 0.1
    early, late = (expected(lesions("seeded", 1, d))["private_share"][0] for d in (100.0, 3000.0))
    assert early < late < 0.2
    assert list(expected(lesions("seeded", 0)).columns[-3:]) == ["truncal_share", "private_share", "transferred_share"]


def test_depth_and_purity_hide_variants_and_hybrids_most():
    g = Genomics()
    assert g.called("tumour", 200, 0.8) > 0.99
    assert g.called("tumour", 10, 0.2) < 0.1
    assert g.called("hybrid", 60, 0.3) < g.called("tumour", 60, 0.3)
    assert g.false(100) < 1e-3 < g.false(3000)


def test_sequencing_agrees_with_its_law():
    """n = 2000 lesions, seed 3: mean share within 4 standard errors; the twin of half the purity is outside."""
    g, n = Genomics(), 2000
    found = sequence(lesions("seeded", n), seed=3, depth=30.0, purity=0.4)["shared"] / g.truncal
    error = found.std() / np.sqrt(n)

    def law(purity: float) -> float:
        return g.kept * float(g.called("tumour", 30.0, purity)) + (1 - g.kept) * float(g.false(30.0))

    assert abs(found.mean() - law(0.4)) < 4 * error < abs(found.mean() - law(0.2))


def test_noise_of_a_lesion_does_not_depend_on_the_others():
    few, many = (sequence(lesions("seeded", n), seed=5)["shared"].tolist() for n in (3, 9))
    assert few == many[:3]


@pytest.mark.parametrize("origin", sorted(ORIGINS))
def test_the_true_genome_is_in_the_95_percent_set(origin):
    """n = 60 lesions, seed 11, depth 100, purity 0.5: in at least 85% of lesions (95% expected under the prior)."""
    found = ms.origin_evidence(sequence(lesions(origin, 60), seed=11))
    inside = found.lesions["genome"].str.split(" or ").map(lambda names: ORIGINS[origin].genome in names)
    assert inside.mean() >= 0.85
    assert set(found.lesions.filter(like="loglik_").columns) == {f"loglik_{k}" for k in GENOMES}
    np.testing.assert_allclose(found.lesions.filter(regex="^p_").sum(axis=1), 1.0)


def test_shallow_impure_samples_leave_the_genome_open():
    poor = ms.origin_evidence([{"truncal": 5, "shared": 0, "depth": 8, "purity": 0.15}])
    assert len(poor.lesions["genome"][0].split(" or ")) == 4
    sure = ms.origin_evidence([{"truncal": 50, "shared": 0, "depth": 100, "purity": 0.5}])
    assert "tumour" not in sure.lesions["genome"][0]


def test_bound_is_that_of_counting_where_every_lesion_is_clear():
    """Flat prior, n lesions all of tumour cells: 1 - 0.05^(1 / (n + 1)). 76 untreated metastases: 3.8%."""
    clear = [{"patient": i // 4, "truncal": 40, "shared": 39} for i in range(76)]
    found = ms.origin_evidence(clear)
    assert found.upper == pytest.approx(1 - 0.05 ** (1 / 77), rel=1e-3)
    assert found.upper_patients == pytest.approx(1 - 0.05 ** (1 / 20), rel=1e-3)
    mixed = ms.origin_evidence([*clear, *[{"truncal": 40, "shared": 0}] * 4])
    assert mixed.upper > 2 * found.upper


@settings(max_examples=15, deadline=None)
@given(share=st.floats(0.0, 1.0), seed=st.integers(0, 1000))
def test_bound_lies_above_the_share_that_was_counted(share, seed):
    """30 clear lesions: the bound is above their own share of residents, up to the room a flat prior leaves at 1."""
    rng = np.random.default_rng(seed)
    resident = rng.random(30) < share
    found = ms.origin_evidence([{"truncal": 50, "shared": 0 if r else 48} for r in resident])
    assert found.upper > min(resident.mean(), 0.99)


def test_prior_splits_origins_of_one_genome_and_nothing_else():
    row = [{"truncal": 30, "shared": 30}]
    even, emt = ms.origin_evidence(row), ms.origin_evidence(row, prior={"seeded": 0.1, "emt": 0.9})
    assert even.lesions["loglik_tumour"][0] == emt.lesions["loglik_tumour"][0]
    assert emt.lesions["p_emt"][0] == pytest.approx(0.9)
    assert any("cannot tell" in line for line in even.summary())


BAD = {
    "missing": ([{"truncal": 3}], "field 'shared'"),
    "more shared than tested": ([{"truncal": 3, "shared": 4}], "row 1, field 'shared'"),
    "no variant": ([{"truncal": 0, "shared": 0}], "field 'truncal'"),
    "half a variant": ([{"truncal": 3, "shared": 1.5}], "field 'shared'"),
    "not a number": ([{"truncal": 3, "shared": 1}, {"truncal": 3, "shared": "many"}], "row 2, field 'shared'"),
    "purity in percent": ([{"truncal": 3, "shared": 1, "purity": 40}], "field 'purity'"),
    "no depth": ([{"truncal": 3, "shared": 1, "depth": float("nan")}], "field 'depth'"),
    "no row": ([], "no such column"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_bad_tables_are_one_line(case):
    rows, says = BAD[case]
    with pytest.raises(InputError) as caught:
        ms.origin_evidence(rows)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("prior", "says"), [
    ({"seded": 1.0}, "did you mean 'seeded'"), ({"seeded": -1.0}, "not a weight"), ({"seeded": 0.0}, "no origin has"),
])  # fmt: skip
def test_bad_priors_are_one_line(prior, says):
    with pytest.raises(InputError, match=says):
        ms.origin_evidence([{"truncal": 3, "shared": 1}], prior=prior)
    with pytest.raises(InputError, match="outside its range"):
        Genomics(kept=1.5)


def test_table_files_and_the_command(tmp_path, capsys):
    from metastasome.cli.app import run

    path = tmp_path / "lesions.tsv"
    path.write_text("patient\tlesion\ttruncal\tshared\n1\tliver\t20\t19\n1\tlung\t20\t0\n")
    assert run(["origin", str(path), "--json", "-o", str(tmp_path / "out.csv"), "-q"]) == 0
    assert '"resident_share_upper_95"' in capsys.readouterr().out
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3
    assert run(["origin", str(path)]) == 0
    path.write_text("patient\tlesion\ttruncal\tshared\n1\tliver\t20\t21\n")
    assert run(["origin", str(path)]) == 2
    said = capsys.readouterr().err
    assert "row 2" in said and "shared" in said
    assert run(["origin", str(path), "--prior", "seeded"]) == 2
