"""Numbers of a study file: written with their unit, converted once, at the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError, core_schema

from ..core.errors import InputError
from ..core.units import to


def refuse(error: InputError) -> PydanticCustomError:
    """Return `error` in the form that pydantic collects; the reader gives it its file and row back."""
    context = {"problem": error.problem, "value": error.value, "expected": error.expected, "hint": error.hint}
    return PydanticCustomError("study", "{problem}", context)


@dataclass(frozen=True)
class Quantity:
    """Marks a float field as a quantity: ``Annotated[float, Quantity("day", "30 days")]``.

    Attributes:
        unit: unit inside; a plain number in the file is taken to be in it.
        example: shown to editors and in errors.
        low, high: bounds in `unit`; `low` itself is allowed only when `above` is false.
    """

    unit: str
    example: str
    low: float = 0.0
    high: float | None = None
    above: bool = True

    def convert(self, value: Any) -> float:
        """Return `value`, a number or ``"<number> <unit>"``, in the unit of this field."""
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise refuse(InputError("not a quantity", value=value, expected=f"for example '{self.example}'"))
        try:
            number = to(value, self.unit)
        except (InputError, OverflowError) as error:
            known = error if isinstance(error, InputError) else InputError("not a finite number", value=value)
            raise refuse(known) from error
        if number < self.low or (self.above and number == self.low) or (self.high is not None and number > self.high):
            raise refuse(InputError("outside its range", value=value, expected=self.range))
        return number

    @property
    def range(self) -> str:
        """What is allowed, with the unit."""
        text = f"{'more than' if self.above else 'at least'} {self.low:g}"
        return (text if self.high is None else f"{text} and at most {self.high:g}") + f" {self.unit}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        number = core_schema.float_schema(allow_inf_nan=False)
        written = core_schema.plain_serializer_function_ser_schema(lambda v: f"{v!r} {self.unit}", when_used="json")
        return core_schema.no_info_before_validator_function(self.convert, number, serialization=written)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {
            "anyOf": [{"type": "string"}, {"type": "number"}],
            "examples": [self.example],
            "description": f"a quantity with its unit; a plain number is in {self.unit}",
        }
