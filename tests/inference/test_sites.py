"""Where a primary metastasises: vocabulary, blood's part, reading, the shrunk fit, nulls and scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome import body, mechanisms
from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.inference.sites_counts import SiteRow, read_sites
from metastasome.inference.sites_features import MEANING, WIDTHS, features
from metastasome.inference.sites_fit import fit, group_of
from metastasome.inference.sites_flow import filter_flow
from metastasome.inference.sites_names import SITE_NAMES, UNKNOWN, find_site, origins, tumour_type, tumour_types
from metastasome.inference.sites_predict import fitted, predict_sites, soil, training, widths
from metastasome.inference.sites_score import bits_per_site, jensen_shannon, leave_out, nulls, score_rows

ALL = np.ones(len(SITE_NAMES), np.bool_)


def test_names_are_found_and_never_guessed():
    assert tumour_type("kidney").key == "CCRCC" and tumour_type("Pancreatic adenocarcinoma").key == "PAAD"
    assert tumour_type("unheard of", primary_site="Rectum").origin.key == "rectum"
    assert find_site("CNS/Brain") == "brain" and find_site("Unspecified") is None
    with pytest.raises(InputError, match="did you mean 'melanoma'"):
        tumour_type("melanom")
    for t in tumour_types().values():
        assert t.origin.portal + t.origin.pulmonary <= 1 and t.origin.adjacent <= set(SITE_NAMES)


def test_filter_and_flow_is_the_mechanisms_own_closed_form():
    """The primary sits in an organ whose vein and flow the two models share; sites without an organ differ by flow."""
    who = body.human()
    model = mechanisms.compose(
        who.organs, {k: k in ("primary_growth", "ctc_seeding", "lesion_growth") for k in mechanisms.catalogue()}
    )
    given = {i.name: np.full(model.size(i), i.default if i.default is not None else 0.0) for i in model.inputs}
    share = who.flow / who.cardiac_output
    at = {f"is_{o}": (np.array(who.organs) == o).astype(float) for o in ("liver", "lung")}
    given |= {
        **at,
        "is_node": (np.array(who.organs) == "lymph_node") * 1.0,
        "is_primary": (np.array(who.organs) == "gut") * 1.0,
    }
    given |= {
        "flow_share": share,
        "flow_rest": np.array([1 - share.sum()]),
        "cardiac_output": np.array([who.cardiac_output]),
    }
    given["portal"] = (np.array(who.organs) == "gut").astype(float)
    state = {s.name: np.zeros(model.size(s)) for s in model.states}
    given |= {name: np.array([p.default]) for name, p in model.parameters.items()}
    found = model.evaluate(np, state, given).derived["arrested"]
    mine = filter_flow(replace(origins()["colon"], portal=1.0))
    ratio = [mine[SITE_NAMES.index(o)] / found[who.index(o)] for o in ("liver", "lung", "brain", "bone", "kidney")]
    assert ratio == pytest.approx([ratio[0]] * 5, rel=0.02)


def test_portal_blood_meets_the_liver_and_lung_tumours_feed_the_arteries():
    colon, breast, lung = (filter_flow(origins()[o]) for o in ("colon", "breast", "lung"))
    at = {s: SITE_NAMES.index(s) for s in ("liver", "lung", "brain")}
    assert colon[at["liver"]] > 5 * colon[at["lung"]] and breast[at["lung"]] > 5 * breast[at["liver"]]
    assert lung[at["brain"]] > 5 * breast[at["brain"]]
    for f in (colon, breast, lung):
        assert 0 < f.sum() <= 1


def made(kind: str, share: np.ndarray, n: int, key: int) -> SiteRow:
    draws = stream(4, "tests/sites", key).multinomial(n, share / share.sum())
    return SiteRow(f"{kind} {key}", tumour_type(kind), "biopsy", draws.astype(float), ALL)


def test_with_nothing_to_learn_from_the_model_is_filter_and_flow():
    one = SiteRow("nothing", tumour_type("prostate"), "biopsy", np.full(len(SITE_NAMES), 1e-9), ALL)
    model = fit([one], adapt=0)
    for organ in ("colon", "breast"):
        want = filter_flow(origins()[organ])
        assert model.shares(tumour_type(organ)) == pytest.approx(want / want.sum(), rel=1e-4)


def test_the_pan_cancer_part_and_a_relation_are_learnt_and_carried_to_a_new_primary():
    """Six primaries of 400 counts, seed 4; the twin without the relation misses it."""
    peritoneum, bone = SITE_NAMES.index("peritoneum"), SITE_NAMES.index("bone")
    rows = []
    for k, kind in enumerate(("stomach", "colon", "pancreas", "breast", "prostate", "lung")):
        share = filter_flow(tumour_type(kind).origin) ** 0.3
        share[peritoneum] *= 20 if tumour_type(kind).origin.serosal else 1
        share[bone] *= 3
        rows.append(made(kind, share, 400, k))
    new = tumour_type("ovary")
    full, without = fit(rows, adapt=0), fit(rows, off=("serosa",), adapt=0)
    assert full.shares(new)[peritoneum] > 1.5 * without.shares(new)[peritoneum]
    assert full.evidence > without.evidence
    assert {group_of(n) for n in without.names} == {group_of(n) for n in full.names} - {"serosa"}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=9), st.data())
def test_divergences_are_what_they_must_be(values: list[float], data: st.DataObject):
    p = np.array(values) / sum(values)
    other = np.array(data.draw(st.lists(st.floats(0.01, 1.0), min_size=len(p), max_size=len(p))))
    q = other / other.sum()
    assert 0 <= jensen_shannon(p, q) <= 1 and jensen_shannon(p, q) == pytest.approx(jensen_shannon(q, p), abs=1e-12)
    assert jensen_shannon(p, p) == pytest.approx(0, abs=1e-12)
    assert bits_per_site(p, q) >= bits_per_site(p, p) - 1e-12


def test_the_model_beats_every_null_on_primaries_it_has_not_seen():
    """Four organs of the embedded rows, each left out. With rows under other primaries' names the lead is lost."""
    train = training()
    rows = [r for r in train if r.listed.all() and r.group in ("pancreas", "colon", "breast", "prostate")]

    def js(known: list[SiteRow]) -> dict[str, float]:
        ways = nulls(train) | {"model": leave_out(rows, known, widths=widths(), adapt=0)}
        scores = score_rows(rows, ways)
        return {way: scores.mean(way)[1] for way in ways}

    found = js(list(train))
    assert found["model"] < found["pan-cancer mean"] < found["blood flow"]
    order = stream(1, "tests/sites/shuffle").permutation(len(train))
    wrong = [replace(train[k], tumour=train[j].tumour) for k, j in enumerate(order)]
    assert js(wrong)["model"] > found["model"] + 0.03


def test_a_prediction_has_limits_and_uses_its_own_counts_when_told_to():
    mine, new = predict_sites("PAAD", draws=200), predict_sites("PAAD", own=False, draws=200)
    for p in (mine, new):
        assert p.share.sum() == pytest.approx(1) and (p.low <= p.high).all()
    assert mine.own > 500 and new.own == 0
    assert (mine.high - mine.low).max() < (new.high - new.low).max()
    assert mine.table()[0]["site"] == "liver"
    with pytest.raises(InputError, match="cohort"):
        predict_sites("PAAD", cohort="hearsay")
    assert np.isfinite(fitted().shares(UNKNOWN)).all()


def test_soil_turns_blood_into_the_prediction():
    found, factor = predict_sites("PAAD", cohort="all", draws=50), soil("PAAD")
    at = [SITE_NAMES.index(s) for s in ("liver", "bone", "brain")]
    want = found.share[at] / found.blood[at]
    assert [factor[s] for s in ("liver", "bone", "brain")] == pytest.approx(want.tolist())


def test_every_group_of_columns_is_named_and_has_a_width():
    groups = {group_of(n) for t in tumour_types().values() for n in features(t, "biopsy")}
    assert groups <= set(WIDTHS) == set(MEANING) == set(widths())


@pytest.mark.parametrize(("text", "says"), [
    ("a,b\n1,2\n", "not a table of metastatic sites"),
    ("primary,site,n\nlung,bone,-3\nlung,liver,4\n", "row 2, field 'n'"),
    ("primary,site,n\nlung,bone,many\nlung,liver,4\n", "not a count"),
    ("primary,site,n\nlung,bone,3.5\nlung,liver,4\n", "a whole number"),
    ("primary,site,n\nlung,bone,3\n", "two sites or more"),
])  # fmt: skip
def test_bad_tables_are_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_sites(path)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_primary_is_said_and_scored_without_anatomy(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("primary,site,n\nflibber,bone,3\nflibber,liver,4\nlung,bone,3\nlung,liver,4\nlung,elbow,9\n")
    found = read_sites(path)
    assert found.rows[0].tumour is UNKNOWN
    assert any("flibber" in n for n in found.notes) and any("elbow" in n for n in found.notes)


@pytest.mark.shared
def test_published_layouts_are_read(shared_data: Path) -> None:
    folder = shared_data / "clinical"
    msk = read_sites(folder / "msk_met_biopsy_site_counts.csv")
    assert len(msk.rows) == 34 and sum(r.counts.sum() for r in msk.rows) > 6000
    printed = read_sites(folder / "literature_site_frequencies.csv")
    assert {r.cohort for r in printed.rows} == {"autopsy", "registry", "clinic"}
    assert all(r.listed.sum() >= 2 for r in printed.rows)
