import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.numerics import Layout


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    return Layout(tuple(f"b{k}" for k in range(len(sizes))), tuple(sizes))


@given(layouts(), st.integers(0, 3))
def test_unpack_returns_what_pack_took(layout: Layout, batch: int) -> None:
    whole = np.arange(float(batch * layout.size)).reshape(batch, layout.size)
    assert np.array_equal(layout.pack(layout.unpack(whole)), whole)


def test_blocks_are_views_and_scalars_fill() -> None:
    layout = Layout(("a", "b"), (1, 3))
    vector = layout.pack({"a": 2.0, "b": 5.0})
    assert vector.tolist() == [2, 5, 5, 5]
    layout.unpack(vector)["b"][1] = 7.0
    assert vector.tolist() == [2, 5, 7, 5]
    assert layout.slice("b") == slice(1, 4)
    assert layout.entry_names() == ("a", "b_0", "b_1", "b_2")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"a": 1.0}, "'b'"),
        ({"a": 1.0, "b": [1, 2]}, "does not fit"),
        ({"a": 1, "b": 1, "bb": 1}, "did you mean 'b'"),
    ],
)
def test_bad_values_name_the_block(values: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Layout(("a", "b"), (1, 3)).pack(values)  # type: ignore[arg-type]


def test_bad_layouts_and_vectors() -> None:
    with pytest.raises(InputError, match="twice"):
        Layout(("a", "a"), (1, 1))
    with pytest.raises(InputError, match="at least one"):
        Layout(("a",), (0,))
    with pytest.raises(InputError, match="fit"):
        Layout(("a",), (2,)).unpack(np.zeros(3))
