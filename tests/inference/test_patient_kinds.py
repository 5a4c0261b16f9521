"""Sites, dated sequences, sizes, necropsies: gradients, and data that are drawn as they are weighed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.inference.compiled import compiled
from metastasome.inference.explanation import Explanation
from metastasome.inference.hypotheses import hypothesis
from metastasome.inference.kinds import kind
from metastasome.inference.kinds.base import given

SITES = """\
primary,site,n,cohort_type
breast,bone,30,biopsy
breast,liver,22,biopsy
breast,brain,4,biopsy
colon,liver,50,biopsy
colon,lung,12,biopsy
colon,peritoneum,9,biopsy
breast,bone,300,registry
breast,liver,60,registry
breast,lung,80,registry
prostate,bone,40,biopsy
prostate,liver,4,biopsy
"""
SEQUENCES = """\
patient_number,metastasis_nb,event,days_from_previous_event,next_event,days_to_next_event,bone,liver,lung
a,0,diagnosis,,metastasis,300,0,0,0
a,1,metastasis,300,metastasis,200,1,0,0
a,2,metastasis,200,metastasis,0,0,1,0
a,3,metastasis,0,death,400,0,0,1
b,1,metastasis,100,alive,900,0,1,1
c,1,metastasis,20,metastasis,300,0,0,1
c,2,metastasis,300,death,350,1,0,0
d,1,metastasis,50,death,0,1,0,0
"""
SIZES = """\
cancer,diameter,patients,fraction
breast,0.5,900,0.004
breast,2,800,0.03
breast,6,300,0.16
colon,1,400,0.02
colon,4,900,0.18
colon,9,120,0.25
"""
MICE = """\
mouse,line,passage,removed,after,volume,metastasis
a,SA 1,3,60,90,700,Y
b,SA 1,3,80,120,,n
c,SA 1,4,40,20,1500,non_met
d,SA 2,3,100,200,300,met
e,SA 2,3,100,30,900,0
f,SA 2,5,90,300,1000,yes
"""
#: kind, table, options, hypothesis
CASES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "sites": ("sites", SITES, {"parts": "filters, soil, selection, neighbour, integrins"}, "totr"),
    "independent": ("sequences", SEQUENCES, {"law": "independent"}, "cells_only"),
    "onward, patients differ": ("sequences", SEQUENCES, {"law": "onward", "patients": "differ"}, "cells_only"),
    "sites, death modelled": ("sequences", SEQUENCES, {"law": "sites", "death": "modelled"}, "cells_only"),
    "sizes": ("sizes", SIZES, {}, "totr"),
    "necropsy": ("necropsy", MICE, {}, "totr"),
    "necropsy, passages": ("necropsy", MICE, {"law": "group", "groups": "passage"}, "cells_only"),
}  # fmt: skip


def explanation(folder: Path, name: str, text: str | None = None, **options: Any) -> Explanation:
    key, table, own, rival = CASES[name]
    path = folder / "table.csv"
    path.write_text(table if text is None else text)
    made = kind(key).build(
        given(kind(key), name="seen", table=path, hypothesis=hypothesis(rival), options={**own, **options})
    )
    return Explanation(rival, rival, (made,))


@pytest.mark.parametrize("name", CASES)
def test_numpy_and_jax_agree_gradients_are_those_of_finite_differences(name: str, tmp_path: Path) -> None:
    e = explanation(tmp_path, name)
    z = 0.6 * stream(2, "tests/kinds").standard_normal(len(e.names))
    value, gradient = compiled(e).value_and_gradient(z, e.data)
    assert float(value) == pytest.approx(-float(e.log_posterior(z, e.data)), rel=1e-9)
    rise = [e.log_posterior(z - s, e.data) - e.log_posterior(z + s, e.data) for s in 1e-5 * np.eye(len(z))]
    np.testing.assert_allclose(gradient, np.array(rise) / 2e-5, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_data_are_drawn_as_they_are_weighed(name: str, tmp_path: Path) -> None:
    """The slope of ln p at the truth is zero on average over simulated data (400 sets), and not at another point."""
    import jax

    e = explanation(tmp_path, name)
    rng = stream(5, "tests/kinds/draws")
    z = 0.4 * rng.standard_normal(len(e.names))
    theta = e.scale.theta(z)
    sets = [e.simulate(theta, rng) for _ in range(400)]
    together = jax.tree_util.tree_map(lambda *x: np.stack(x), *sets)
    slopes = jax.jit(jax.vmap(jax.grad(compiled(e).potential), in_axes=(None, 0)))

    def scores(at: np.ndarray) -> np.ndarray:
        g = z_free(np.asarray(slopes(at, together)), at)
        moving = g.std(axis=0) > 1e-9
        return np.abs(g.mean(axis=0) / (g.std(axis=0) / np.sqrt(len(g)) + 1e-12))[moving]

    assert scores(z).max() < 4.5
    assert scores(z + 0.7).max() > 6.0


def z_free(slopes: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return slopes of the likelihood alone: the prior's are z."""
    return slopes - z


def test_a_course_is_what_a_hand_would_write(tmp_path: Path) -> None:
    """Patient a: bone, liver and lung together after 200 days, death 400 days later."""
    e = explanation(tmp_path, "onward, patients differ", patients="alike")
    seen, year = e.observations[0], 365.25
    theta = {f"sequences.rate_{s}": r for s, r in (("bone", 0.3), ("liver", 0.2), ("lung", 0.1))}
    theta["sequences.onward"] = 0.5
    found = np.asarray(seen.pointwise(theta, seen.data, np))
    fast = np.exp(0.5)
    assert found[0] == pytest.approx(np.log(0.2 * fast) + np.log(0.1 * fast) - 200 / year * 0.3 * fast)
    assert found[1] == pytest.approx(-900 / year * 0.3 * fast**2)
    assert found[2] == pytest.approx(np.log(0.3 * fast) - 300 / year * 0.5 * fast - 350 / year * 0.2 * fast**2)
    assert found[3] == pytest.approx(0.0)


def test_a_site_that_the_source_could_not_name_has_no_share(tmp_path: Path) -> None:
    e = explanation(tmp_path, "sites")
    drawn = e.simulate(e.scale.theta(np.zeros(len(e.names))), stream(1, "tests/kinds/listed"))[0]["counts"]
    there = np.asarray(e.data[0]["counts"]) > 0
    assert (drawn.sum(axis=1) == e.data[0]["counts"].sum(axis=1)).all() and not drawn[~there].any()
    assert not any("registry" in n for n in e.names), "a registry sees every site"


@pytest.mark.parametrize(("name", "options", "text", "says"), [
    ("sites", {"parts": "filters, soyl"}, None, "did you mean 'soil'"),
    ("sites", {"cohort": "hearsay"}, None, "not a kind of cohort"),
    ("sites", {}, "primary,site,n\nlung,bone,-3\nlung,liver,4\n", "row 2, field 'n'"),
    ("independent", {"law": "none"}, None, "independent or onward or sites"),
    ("independent", {}, SEQUENCES.replace("c,1,metastasis,20", "c,1,metastasis,soon"), "not a number of days"),
    ("sizes", {}, SIZES.replace("0.16", "1.6"), "row 4"),
    ("sizes", {}, SIZES.replace("fraction", "share"), "metastatic or fraction"),
    ("sizes", {}, SIZES.replace("colon,1,", "Breast,1,"), "nearly the same name"),
    ("necropsy", {"law": "foundet"}, None, "founded or group"),
    ("necropsy", {"groups": "passage"}, MICE.replace("passage", "batch"), "field 'passage': no such column"),
    ("necropsy", {"varies": 0}, None, "field 'seen.varies'"),
    ("necropsy", {}, MICE.replace("700,Y", "700,maybe"), "row 2, field 'metastasis': neither yes nor no"),
    ("necropsy", {}, MICE.replace("1500", "-1500"), "row 4, field 'volume': outside the support"),
    ("necropsy", {}, MICE.replace("1500", "large"), "row 4, field 'volume': not a number"),
    ("necropsy", {}, MICE.replace("3,60,", "3,0,"), "row 2, field 'removed'"),
    ("necropsy", {}, MICE.replace("SA 2,3,100,30", "SA-2,3,100,30"), "nearly the same name"),
])  # fmt: skip
def test_bad_input_is_one_line(name: str, options: dict[str, Any], text: str | None, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        explanation(tmp_path, name, text, **options)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("before", "after", "says"), [
    ("a,2,", "a,1.5,", "row 4, field 'metastasis_nb': not a whole number (found 1.5); expected a whole number of 0"),
    ("a,2,", "a,-2,", "row 4, field 'metastasis_nb': outside the support (found -2"),
    ("a,2,", "a,,", "row 4, field 'metastasis_nb': not a number"),
    ("a,2,", "a,1,", "row 4, field 'metastasis_nb': event 1 of 'a' is there twice (found 1); expected events"),
    ("a,3,", "a,4,", "row 5, field 'metastasis_nb': event 3 of 'a' is missing (found 4); expected events"),
    ("b,1,", "b,2,", "row 6, field 'metastasis_nb': the first event of 'b' is missing (found 2)"),
    ("c,1,metastasis,20", "c,1,metastasis,-20", "row 7, field 'days_from_previous_event': not a number of days"),
    ("alive,900", "alive,-900", "row 6, field 'days_to_next_event': not a number of days (found '-900'); expected"),
    ("alive,900", "alive,", "row 6, field 'days_to_next_event': days are missing; expected days, 0 or more"),
    ("a,2,metastasis,200", "a,2,metastasis,20", "row 4, field 'days_from_previous_event': days do not fit the row"),
    ("d,1,metastasis,50,death,0,1,0,0", "d,1,metastasis,50,death,0,0,0,0", "row 9, field 'metastasis_nb': event 1"),
    ("c,1,metastasis,20,metastasis", "c,1,metastasis,20,death", "row 7, field 'next_event': an event follows death"),
    ("b,1,metastasis,100,alive", "b,1,metastasis,100,metastasis", "row 6, field 'next_event': the next event of 'b'"),
])  # fmt: skip
def test_events_that_fit_no_line_of_time_are_refused(before: str, after: str, says: str, tmp_path: Path) -> None:
    assert SEQUENCES.count(before) == 1
    with pytest.raises(InputError) as caught:
        explanation(tmp_path, "independent", SEQUENCES.replace(before, after))
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert explanation(tmp_path, "independent").observations[0].labels == ("a", "b", "c", "d")
