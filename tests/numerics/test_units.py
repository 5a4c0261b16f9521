import pytest

from metastasome.core.errors import InputError, ModelError
from metastasome.numerics import Layout
from metastasome.numerics.trace import System, trace
from metastasome.numerics.units import check_units, parse

UNITS = {
    "blood": "EV",
    "niche": "1",
    "uptake": "mL/day",
    "volume": "mL",
    "half": "EV/mL",
    "gain": "1/day",
    "n": "1",
}


def model(wrong: str = "") -> System:
    """A right model, or the same with one mistake."""

    def rates(xp, s, p):  # type: ignore[no-untyped-def]
        plasma = s["blood"] / p["volume"]
        level = plasma / p["half"] if wrong != "exponent" else plasma
        hill = xp.power(level, p["n"]) / (1.0 + xp.power(level, p["n"]))
        lost = p["uptake"] * (plasma if wrong != "rate" else s["blood"])
        grow = p["gain"] * hill * xp.exp(-s["niche"] if wrong != "exp" else -s["blood"])
        if wrong == "sum":
            grow = grow + s["niche"]
        return {"blood": -lost, "niche": xp.maximum(grow, 0.0) - xp.sqrt(p["gain"] ** 2) * s["niche"]}, {
            "plasma": plasma
        }

    blocks = ("uptake", "volume", "half", "gain", "n")
    return trace(rates, states=Layout(("blood", "niche"), (1, 1)), params=Layout(blocks, (1,) * 5))


def test_a_right_model_passes() -> None:
    check_units(model(), {**UNITS, "plasma": "EV/mL"})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("exponent", "rate of 'niche' raises"),
        ("rate", "rate of 'blood' has unit"),
        ("exp", "rate of 'niche' takes exp"),
        ("sum", "rate of 'niche' adds"),
    ],
)
def test_mistakes_name_the_equation(wrong: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        check_units(model(wrong), UNITS)


def test_scale_counts_too() -> None:
    with pytest.raises(ModelError, match="rate of 'blood'"):
        check_units(model(), {**UNITS, "uptake": "mL/hour"})
    with pytest.raises(ModelError, match="output 'plasma'"):
        check_units(model(), {**UNITS, "plasma": "EV/L"})
    with pytest.raises(ModelError, match="rate of 'blood'"):
        check_units(model(), UNITS, time_unit="hour")


def test_missing_and_unknown_units() -> None:
    with pytest.raises(InputError, match="no unit"):
        check_units(model(), {"blood": "EV"})
    with pytest.raises(InputError, match="unknown unit"):
        parse("parsnips")
