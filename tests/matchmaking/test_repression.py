import numpy as np
import pytest

from metastasome.matchmaking.repression import B_BIOCHEMICAL, B_BIOCHEMICAL_PLUS, ln_fc, occupancy


def test_published_check_value():
    # ENST00000257527.4, miR-122, biochemical+ (kslin/miRNA_models)
    assert float(ln_fc(0.5412267, 0.1072253)) == pytest.approx(-0.4989693, abs=2e-7)
    assert float(ln_fc(0.5412267, 0.1072253, b=B_BIOCHEMICAL)) != pytest.approx(-0.4989693, abs=1e-3)


def test_no_site_no_change_and_more_bound_means_less_mrna():
    n = np.linspace(0.0, 5.0, 20)
    assert (ln_fc(n, n) == 0).all()
    assert (np.diff(ln_fc(n, 0.0)) < 0).all()
    assert float(ln_fc(1e-9, 0.0)) == pytest.approx(-B_BIOCHEMICAL_PLUS * 1e-9, rel=1e-8)


def test_half_of_the_sites_are_bound_at_kd():
    assert float(occupancy(np.exp(-3.0), -3.0)) == pytest.approx(0.5)
    assert occupancy([0.0, 1.0], [-3.0, -3.0]).shape == (2,)
