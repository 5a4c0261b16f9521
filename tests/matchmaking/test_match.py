import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest

from metastasome.core.errors import InputError, StoreError
from metastasome.matchmaking.delivery import Delivery
from metastasome.matchmaking.dose import DETECTABLE
from metastasome.matchmaking.finding import prepare_sites
from metastasome.matchmaking.match import match
from metastasome.matchmaking.profiles import DonorProfiles
from metastasome.matchmaking.response import CELLS
from metastasome.stockroom import Recipient, Stockroom

from .small import GUIDES, cargo, programmes, stockroom

QUICK = {"model": "fixed", "nulls": 0, "draws": 0, "programmes": programmes()}


@pytest.fixture(scope="module")
def whole():
    """A match with everything asked: nulls, intervals, a delivered dose."""
    return match(
        cargo(0.01, m1=0.003), stockroom(), model="fixed", programmes=programmes(), nulls=200, draws=60, seed=7,
        delivered={"liver": 2e3, "lung": 50.0},
    )  # fmt: skip


def test_mir122_changes_an_empty_organ_and_not_the_liver():
    m = match(cargo(), stockroom(), **QUICK)
    at = m.tested + 2  # 1e6 vesicles
    liver, lung = (np.abs(m.ln_fc[m.index(x), at]).max() for x in ("liver", "lung"))
    assert lung > 2 * DETECTABLE > DETECTABLE / 5 > liver
    # the sabotage twin: take the liver's own miR-122 away and it changes like the others
    bare = match(cargo(), stockroom(liver_122=0.0), **QUICK)
    assert np.abs(bare.ln_fc[bare.index("liver"), at]).max() > 0.5 * lung


def test_planted_targets_fall_most_and_more_with_dose():
    m = match(cargo(), stockroom(), **QUICK)
    lung = m.ln_fc[m.index("lung")]
    assert set(np.argsort(lung[m.tested])[:5]) == {0, 1, 2, 3, 4}
    assert (np.diff(lung[:, 0]) < 0).all()
    assert (lung <= 1e-12).all()


def test_no_copies_no_change():
    m = match(cargo(0.0), stockroom(), **QUICK)
    assert not m.ln_fc.any()
    assert not m.response.rna_top.any()
    assert m.summary()[0].startswith("Below threshold everywhere")


def test_one_seed_is_one_guide():
    # 0.01 copies of miR-25 and miR-92a, of one seed, act as 0.02 of either; different seeds do not
    both = match(cargo(0.0, m3=0.01, m4=0.01), stockroom(), **QUICK)
    one = match(cargo(0.0, m3=0.02), stockroom(), **QUICK)
    other = match(cargo(0.0, m3=0.01, m5=0.01), stockroom(), **QUICK)
    np.testing.assert_allclose(both.ln_fc, one.ln_fc, rtol=1e-9)
    assert not np.allclose(other.ln_fc, one.ln_fc, rtol=1e-2)


def test_limiting_ago_makes_room_for_the_delivered():
    free = match(cargo(), stockroom(), **QUICK)
    tight = match(cargo(), stockroom(), ago_copies=2000.0, **QUICK)
    at = free.tested + 2
    assert tight.ln_fc[:, at].max() > 5 * free.ln_fc[:, at].max()  # what endogenous guides held down is let go
    assert any("2000 AGO" in note for note in tight.notes)


def test_doses_scale_with_release_and_half_life():
    base = match(cargo(), stockroom(), delivery=Delivery(cytosolic=0.1, half_life_h=20.0), **QUICK)
    more = match(cargo(), stockroom(), cytosolic=0.2, half_life_h=100.0, **QUICK)  # ten times the copies at a dose
    np.testing.assert_allclose(more.ln_fc[:, :-2], base.ln_fc[:, 2:], rtol=1e-6)


def test_response_is_what_mechanisms_take(whole):
    r = whole.response
    assert r.organs == ("lung", "liver", "brain") and r.cells == CELLS
    assert r.programmes == ("barrier", "matrix")
    fitted = r.shift(np.full(3, whole.test_dose), "parenchyma", "barrier") - 0.0
    exact = whole.shift[[whole.index(o) for o in r.organs], whole.tested, 0]
    assert np.abs(fitted - exact).max() <= r.fit_error[:, 3, 0].max() + 1e-12
    endothelium = whole.shift[whole.index("endothelium"), :, 0]
    top, half = r.term("rna", "endothelium", "barrier")
    assert np.ptp(top) == 0.0
    assert np.abs(top[0] * whole.doses / (whole.doses + half[0]) - endothelium).max() <= r.fit_error[0, 0, 0] + 1e-12
    assert any("Stand-in for endothelium: endothelium (cell line) in" in n for n in r.notes)


def test_intervals_hold_the_estimate_and_grow_with_what_is_not_known(whole):
    assert (whole.shift_low <= whole.shift).all() and (whole.shift <= whole.shift_high).all()
    lung = whole.index("lung")
    width = whole.shift_high - whole.shift_low
    assert width[lung, whole.tested, 0] > 0.5 * abs(whole.shift[lung, whole.tested, 0])
    sure = dataclasses.replace(cargo(0.01, m1=0.003), copies_log_sd=np.zeros(len(GUIDES)))
    narrow = match(sure, stockroom(), model="fixed", programmes=programmes(), nulls=0, draws=60, seed=7)
    assert (narrow.shift_high - narrow.shift_low)[lung, whole.tested, 0] < width[lung, whole.tested, 0]
    genes = whole.genes()
    assert (genes["low"] <= genes["ln_fc"]).all() and (genes["ln_fc"] <= genes["high"]).all()


def test_fast_sums_agree_with_the_exact_curves(whole):
    assert whole.linear_error < 0.05 * np.abs(whole.shift[:, whole.tested]).max()
    low = match(cargo(), stockroom(), model="fixed", programmes=programmes(), nulls=1, draws=0, test_dose=1e3)
    assert low.linear_error < 1e-3 * np.abs(low.shift[:, low.tested]).max()


def test_nulls_find_the_planted_programme_and_only_it(whole):
    table = whole.significance().set_index(["question", "recipient", "programme"])
    assert table.loc[("gene", "lung", "barrier"), "q"] < 0.05
    assert table.loc[("gene", "lung", "matrix"), "p"] > 0.05
    assert set(table.index.get_level_values(0)) == {"cargo", "gene"}
    assert (table["p"].dropna() >= 1 / 201).all()
    assert (table["low"] <= table["effect"]).all() and (table["effect"] <= table["high"]).all()


def test_the_same_seed_gives_the_same_answer_for_any_worker_count(whole):
    again = match(
        cargo(0.01, m1=0.003), stockroom(), model="fixed", programmes=programmes(), nulls=200, draws=60, seed=7,
        delivered={"liver": 2e3, "lung": 50.0}, workers=1,
    )  # fmt: skip
    pd.testing.assert_frame_equal(again.significance(), whole.significance())
    assert (again.shift_low == whole.shift_low).all()
    other = match(
        cargo(0.01, m1=0.003), stockroom(), model="fixed", programmes=programmes(), nulls=200, draws=60, seed=8
    )
    assert not (other.shift_low == whole.shift_low).all()


def test_thresholds_are_read_from_the_curves_and_say_so(whole):
    frame = whole.thresholds().set_index(["recipient", "what"]).sort_index()
    lung = frame.loc[("lung", "gene")].iloc[0]
    g = whole.gene_names.index(lung["name"])
    curve = np.abs(whole.ln_fc[whole.index("lung"), :, g])
    below = whole.doses[curve < whole.detectable].max()
    assert below <= lung["threshold_dose"] <= below * 10**0.5 * 1.001
    assert lung["ratio"] == pytest.approx(50.0 / lung["threshold_dose"])
    assert lung["verdict"].startswith("below threshold by a factor")
    assert math.isnan(frame.loc[("brain", "gene"), "ratio"].iloc[0])
    assert whole.summary()[0].startswith("Below threshold by a factor")
    plenty = match(cargo(), stockroom(), delivered={"lung": 1e7}, **QUICK)
    assert plenty.summary()[0].startswith("Above threshold by a factor")


def test_tables_hold_the_columns_a_report_needs(whole):
    needed = {
        "programmes": "organ cell programme shift low high p q threshold_dose delivered_dose verdict",
        "genes": "organ cell gene ln_fc low high",
        "dose_curve": "organ cell programme dose shift low high",
        "network": "source target weight programme organ",
    }
    for name, columns in needed.items():
        frame = getattr(whole, name)()
        assert set(columns.split()) <= set(frame.columns), name
        assert len(frame)
    assert whole.genes(top=3).groupby("recipient").size().max() <= 3


def test_edges_of_a_gene_sum_to_its_change(whole):
    edges = whole.network(recipient="lung", top=10_000)
    total = edges.groupby("target")["weight"].sum()
    exact = pd.Series(whole.ln_fc[whole.index("lung"), whole.tested], index=list(whole.gene_names))
    np.testing.assert_allclose(total, exact[total.index], rtol=1e-6)
    assert set(edges["source"]) == {"hsa-miR-122-5p", "hsa-miR-21-5p"}
    assert set(edges[edges["target"] == "G0"]["programme"]) == {"barrier"}


def test_class_labels_destroyed_destroy_the_signal():
    # n = 30 + 30 donors, seed 1: cases carry miR-122 on top of a common background
    rng = np.random.Generator(np.random.Philox(1))
    case = np.arange(60) < 30
    counts = 1e4 * np.exp(0.3 * rng.standard_normal((60, len(GUIDES))))
    counts[case, 0] += 2e4
    labels = np.where(case, "case", "control")
    with_donors = dataclasses.replace(cargo(), samples=counts, labels=tuple(labels))
    options = {"model": "fixed", "programmes": programmes(), "nulls": 200, "draws": 0}
    real = match(with_donors, stockroom(), **options).significance()
    mixed = dataclasses.replace(with_donors, labels=tuple(rng.permutation(labels)))
    lost = match(mixed, stockroom(), **options).significance()
    key = ["question", "recipient", "programme"]
    assert real.set_index(key).loc[("class", "lung", "barrier"), "p"] == pytest.approx(1 / 201)
    assert lost.set_index(key).loc[("class", "lung", "barrier"), "p"] > 0.05


def test_recipient_null_sees_the_organ_that_differs_in_every_donor():
    # n = 6 donors x 3 organs, seed 2: only livers hold miR-122
    base = stockroom()
    rng = np.random.Generator(np.random.Philox(2))
    people = [Recipient(f"{o}#{d}", o) for d in range(6) for o in ("liver", "lung", "brain")]
    pick = [("liver", "lung", "brain").index(p.organ) for p in people]
    mirna = base.mirna[:, pick] * np.exp(0.2 * rng.standard_normal((len(GUIDES), len(people))))
    profiles = Stockroom(
        "profiles", base.genes, tuple(people), base.mrna[:, [0] * 18], base.mirnas, mirna, utrs=base.utrs
    )
    donors = DonorProfiles(profiles, tuple(p.name.split("#")[1] for p in people))
    m = match(cargo(), base, model="fixed", programmes=programmes(), nulls=300, draws=0, donors=donors)
    rows = m.significance().query("question == 'recipient' and programme == 'barrier'").set_index("organ")
    assert rows.loc["liver", "p"] < 0.02
    assert rows.loc["liver", "effect"] > 0  # the liver's barrier falls less
    with pytest.raises(InputError, match="one donor per profile"):
        DonorProfiles(profiles, ("a",))


def test_results_leave_in_other_tools_containers(whole, tmp_path):
    data = whole.to_xarray()
    assert data["ln_fc"].dims == ("recipient", "dose", "gene")
    ad = whole.to_anndata()
    assert all(k.startswith("metastasome") for k in (*ad.uns, *ad.obsm, *ad.layers))
    ad.write_h5ad(tmp_path / "m.h5ad")
    whole.save(tmp_path / "out")
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"genes.csv", "genes.parquet", "significance.csv", "match.json", "dose_curve.parquet"} <= names
    assert json.loads((tmp_path / "out" / "match.json").read_text())["settings"]["seed"] == 7
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "thresholds.parquet"), whole.thresholds())
    with pytest.raises(StoreError, match="exists"):
        whole.save(tmp_path / "out")


def test_it_says_what_it_is(whole):
    assert "Below threshold" in repr(whole) and "small tumour" in repr(whole)
    assert "<table" in whole._repr_html_()
    assert any("Assumption" in n for n in whole.notes)


def test_prepared_sites_serve_several_matches():
    sites = prepare_sites(cargo(), stockroom(), model="fixed")
    a, b = match(cargo(), stockroom(), sites=sites, **QUICK), match(cargo(), stockroom(), **QUICK)
    assert (a.ln_fc == b.ln_fc).all()
    with pytest.raises(InputError, match="another cargo or stockroom"):
        match(cargo(), stockroom(80), sites=sites, **QUICK)


def test_recipients_of_one_content_are_computed_once():
    base = stockroom()
    twice = dataclasses.replace(
        base, recipients=(*base.recipients, Recipient("lung/parenchyma", "lung", "parenchyma")),
        mrna=base.mrna[:, [0, 1, 2, 3, 1]], mirna=base.mirna[:, [0, 1, 2, 3, 1]],
    )  # fmt: skip
    m = match(cargo(), twice, model="fixed", programmes=programmes(), nulls=20, draws=5)
    assert (m.ln_fc[1] == m.ln_fc[4]).all()
    table = m.significance()
    assert set(table["recipient"]) == set(m.names)
    assert any("1 recipients hold the same" in n for n in m.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"organs": ["lvier"]}, "did you mean 'liver'"),
        ({"organs": ["skin"]}, "organ not in the stockroom"),
        ({"nulls": -1}, "not a number of draws"),
        ({"delivered": {"livre": 1.0}}, "did you mean 'liver'"),
        ({"delivered": {"liver": -1.0}}, "not a dose"),
        ({"copies_scale": 0.0}, "must be positive"),
        ({"cytosolic": 3.0}, "outside its range"),
        ({"seed": -1}, "not a usable seed"),
    ],
)
def test_bad_options_are_one_clear_line(change, message):
    with pytest.raises(InputError, match=message) as caught:
        match(cargo(), stockroom(), **{**QUICK, **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"delivered": 200.0}, "field 'delivered': not doses"),
        ({"delivered": {"lung": "many"}}, "delivered: lung': not a dose"),
        ({"delivered": {"lung": 1.0, "Lungs": 2.0}}, "given twice"),
        ({"mirna_sequences": {"hsa-miR-122-5p": "xyz"}}, "mirna_sequences: hsa-miR-122-5p': letter 3"),
        ({"mirna_sequences": {"hsa-miR-122-5p": "N" * 22}}, "open letter"),
        ({"stockroom": "human"}, "not a stockroom.*expected a Stockroom"),
        ({"cargo": {"hsa-miR-122-5p": 1.0}}, "not a cargo.*expected a Cargo"),
    ],
)
def test_things_of_another_kind_are_one_clear_line(change, message):
    given = {"cargo": cargo(), "stockroom": stockroom(), "nulls": 0, "draws": 0, **change}
    with pytest.raises(InputError, match=message) as caught:
        match(**given)
    assert "\n" not in str(caught.value)


def test_doses_and_sequences_may_be_series_and_organs_have_synonyms():
    small = {"nulls": 0, "draws": 0, "programmes": programmes()}
    given = pd.Series({"Lungs": 3e4, "hepatic": 1e3}), pd.Series({"hsa-miR-122-5p": GUIDES["hsa-miR-122-5p"]})
    one = match(cargo(), stockroom(), delivered=given[0], mirna_sequences=given[1], **small)
    two = match(cargo(), stockroom(), delivered={"lung": 3e4, "liver": 1e3}, **small)
    np.testing.assert_array_equal(one.delivered, two.delivered)
    pd.testing.assert_frame_equal(one.programmes(), two.programmes())


def test_tables_that_share_nothing_name_both_sides():
    room = stockroom()
    strangers = dataclasses.replace(cargo(), mirnas=tuple(f"mmu-{i}" for i in range(len(GUIDES))), sequences={})
    with pytest.raises(InputError, match=r"no miRNA of the cargo has a known sequence.*mmu-0"):
        match(strangers, room, **QUICK)
    with pytest.raises(InputError, match=r"no gene of the stockroom has a 3'UTR.*ENSG.*G0"):
        match(cargo(), dataclasses.replace(room, utrs={"ENSG1": "ACGT"}), **QUICK)
    with pytest.raises(InputError, match="neither 3'UTRs nor site counts"):
        match(cargo(), dataclasses.replace(room, utrs={}), **QUICK)
    with pytest.raises(InputError, match="log values"):
        match(cargo(), dataclasses.replace(room, mirna=room.mirna - 1e6), **QUICK)


def test_a_recipient_without_mirna_borrows_the_mean():
    room = stockroom()
    mirna = room.mirna.copy()
    mirna[:, 3] = np.nan
    m = match(cargo(), dataclasses.replace(room, mirna=mirna), **QUICK)
    assert any("No miRNA measured in endothelium" in n for n in m.notes)
    np.testing.assert_allclose(m.guides.endogenous[:, 3], m.guides.endogenous[:, :3].mean(axis=1))
