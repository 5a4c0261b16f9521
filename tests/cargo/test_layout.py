"""Count matrices as people really have them: what is no count is left out, and what would be misread is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from metastasome.cargo import read_mirna_counts
from metastasome.core.errors import InputError

from .tables import MIRNAS, write

COUNTS = np.arange(1.0, 25.0).reshape(4, 6) * 10
NAMES = ["T0", "T1", "N0", "N1"]


def counts(path: Path, *, header: str = "miRNA", extra: str = "", mark: str = ",") -> Path:
    lines = [mark.join([header, *NAMES])]
    lines += [mark.join([m, *(f"{v:g}" for v in COUNTS[:, j])]) for j, m in enumerate(MIRNAS)]
    path.write_text("\n".join(lines) + "\n" + extra, encoding="utf-8")
    return path


def test_totals_reads_outside_and_spike_ins_count_for_nothing(tmp_path: Path) -> None:
    more = "Total,9,9,9,9\n__no_feature,5e4,2,3,4\nN_unmapped,1,1,1,1\ncel-miR-39-3p,9e5,8,7,6\nUniSp6,1,1,1,1\n"
    found = read_mirna_counts(counts(tmp_path / "c.csv", extra=more))
    np.testing.assert_array_equal(found.totals, COUNTS.sum(axis=1))
    assert any("Spike-ins" in n and "cel-miR-39-3p, UniSp6" in n for n in found.notes)
    assert any("__no_feature" in n and "Total" in n for n in found.notes)
    foreign = read_mirna_counts(counts(tmp_path / "d.csv", extra="mmu-miR-5621-5p,9,9,9,9\n"))  # reads of the sample
    np.testing.assert_array_equal(foreign.totals, COUNTS.sum(axis=1) + 9)


def test_the_index_of_pandas_is_no_sample_and_no_name(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame(COUNTS.T, columns=NAMES)
    frame.insert(0, "miRNA", MIRNAS)
    frame.to_csv(tmp_path / "rows.csv")
    frame.set_index("miRNA").T.rename_axis("sample").reset_index().to_csv(tmp_path / "columns.csv")
    for name in ("rows", "columns"):
        found = read_mirna_counts(tmp_path / f"{name}.csv", case="T", control="N")
        assert (found.samples, found.mirnas) == (tuple(NAMES), MIRNAS)
        np.testing.assert_array_equal(found.counts, COUNTS)


def test_points_between_thousands_are_refused_and_decimals_are_not(tmp_path: Path) -> None:
    header = "miRNA;T0;N0\n"
    path = tmp_path / "c.csv"
    path.write_text(header + "hsa-miR-21-5p;1.926;950\nhsa-miR-122-5p;12.044;7\n")
    with pytest.raises(InputError, match=r"row 2, field 'T0': points look like marks of thousands .*expected 1926"):
        read_mirna_counts(path)
    path.write_text(header + "hsa-miR-21-5p;1926.5;950\nhsa-miR-122-5p;12.044;7\n")
    assert read_mirna_counts(path).counts.tolist() == [[1926.5, 12.044], [950, 7]]
    path.write_text(header + "hsa-miR-21-5p;1926,5;950\nhsa-miR-122-5p;12,044;7\n")  # Excel in most of Europe
    assert read_mirna_counts(path).counts.tolist() == [[1926.5, 12.044], [950, 7]]


def test_only_the_samples_asked_for_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("miRNA,T0,N0,log2FC,x\nhsa-miR-21-5p,90,80,-1.5,0\nhsa-miR-122-5p,70,60,,0\n")
    classes = {"T0": "t", "N0": "n"}
    found = read_mirna_counts(path, samples=classes, case="t", control="n")
    assert found.samples == ("T0", "N0")
    assert any("2 samples have no class" in n and "log2FC, x" in n for n in found.notes)
    with pytest.raises(InputError, match=r"row 2, field 'log2FC': a count is negative"):
        read_mirna_counts(path)


def test_shares_are_counts_up_to_their_sum_and_logarithms_are_not(tmp_path: Path) -> None:
    shares = COUNTS / COUNTS.sum(axis=1, keepdims=True)
    for whole in (1.0, 100.0):
        found = read_mirna_counts(write(tmp_path / "c.csv", shares * whole))
        np.testing.assert_allclose(found.counts / found.totals[:, None], shares)
    with pytest.raises(InputError, match="logarithms"):
        read_mirna_counts(write(tmp_path / "c.csv", shares * 7))


def test_a_title_above_the_header_is_told(tmp_path: Path) -> None:
    path = counts(tmp_path / "c.csv")
    path.write_text("Export of today,,,,\n" + path.read_text())
    with pytest.raises(InputError, match=r"row 1: columns have no name \(found 'Export of today'\)"):
        read_mirna_counts(path)


@pytest.mark.parametrize("text", [
    "id,group\nT0,t\nT1,t\nN0,n\nN1,n\n", "group,id\nt,T0\nn,N0\nt,T1\nn,N1\n",
    "\ufeff;nr;id;group\r\n0;5;N1;n\r\n1;6;N0;n\r\n2;7;T1;t\r\n3;8;T0;t\r\n",
])  # fmt: skip
def test_the_samples_of_a_class_table_may_stand_in_any_column_and_order(tmp_path: Path, text: str) -> None:
    (tmp_path / "k.csv").write_text(text, encoding="utf-8")
    found = read_mirna_counts(counts(tmp_path / "c.csv"), samples=tmp_path / "k.csv", case="t", control="n")
    assert found.labels == ("case", "case", "control", "control")
