"""What a study file may say, as frozen models; the JSON Schema for editors is made from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from ..core.errors import InputError
from ..core.organs import organ as find_organ
from .quantity import Quantity, refuse

Setting = bool | int | float | str
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
MirnaName = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}-[A-Za-z0-9.-]{3,40}$")]
Days = Annotated[float, Quantity("day", "30 days")]
Moment = Annotated[float, Quantity("day", "30 days", above=False)]
Centimetres = Annotated[float, Quantity("cm", "4 cm", high=50)]
Kilograms = Annotated[float, Quantity("kg", "70 kg", high=500)]
Copies = Annotated[float, Quantity("copy/EV", "0.1 copies/EV", high=1e6, above=False)]
Dose = Annotated[float, Quantity("EV/cell/day", "100 EV/cell/day")]


def _organ(name: str) -> str:
    try:
        return find_organ(name).name
    except InputError as error:
        raise refuse(error) from error


def _data_file(path: str) -> str:
    if "\0" in path or "\n" in path:
        raise refuse(InputError("not a file name", expected="a path"))
    return path


def _plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str)


def _switch(value: Any) -> bool | dict[str, Setting]:
    if isinstance(value, bool):
        return value
    if not isinstance(value, Mapping):
        raise refuse(InputError("not a switch", value=value, expected="on, off or a mapping of parameters"))
    for key, setting in value.items():
        if not _plain(setting):
            raise refuse(InputError(f"'{key}' is not a plain value", expected="a number, word or quantity"))
    return {str(k): v for k, v in value.items()}


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        raise refuse(InputError("not a finite number", value=value, expected="one number, or organ: number"))
    return float(value)


def _by_organ(value: Any) -> float | dict[str, float]:
    if isinstance(value, Mapping):
        return {_organ(str(k)): _number(v) for k, v in value.items()}
    return _number(value)


def _whole(value: Any) -> Any:
    """Return 1e3 as the whole number it is; anything else as it came."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _none_done(value: Any) -> Any:
    """Return no interventions for an arm with nothing below its name."""
    return () if value is None else value


_SCALAR: Any = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]
Switch = Annotated[
    bool | dict[str, Setting],
    PlainValidator(_switch),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "object", "additionalProperties": {"anyOf": _SCALAR}}]}),
]
ByOrgan = Annotated[
    float | dict[str, float],
    PlainValidator(_by_organ),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "object", "additionalProperties": {"type": "number"}}]}),
]
OrganName = Annotated[Line, AfterValidator(_organ)]
DataFile = Annotated[Line, AfterValidator(_data_file)]


class Part(BaseModel):
    """Base of every part: frozen, nothing unknown allowed, no number that is not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Tumour(Part):
    """The primary tumour."""

    organ: OrganName
    """Organ it grows in."""
    diameter_at_resection: Centimetres = 4.0
    """Diameter at which it is found and, if `resect`, taken out."""
    resect: bool = True
    """Whether the primary tumour is taken out."""


class MirnaCounts(Part):
    """A count matrix of vesicle miRNA with its sample classes."""

    file: DataFile
    """Count matrix: csv, tsv or h5ad, either orientation; gzip is fine."""
    samples: DataFile | None = None
    """Table of sample id and class; not needed when `case` and `control` are prefixes of sample names."""
    case: Line
    """Class of the tumour's samples, or prefix of their names where no sample table is given."""
    control: Line
    """Class of the healthy samples, or prefix of their names."""


class ProteinGroups(Part):
    """A vesicle proteome of tumour and normal vesicles."""

    file: DataFile
    """Protein groups (MaxQuant): csv or tsv; gzip is fine."""
    case: Line
    """Part of the tumour columns' names."""
    control: Line
    """Part of the normal columns' names."""


class CargoPart(Part):
    """What the tumour's vesicles carry."""

    reference: Name | None = None
    """Embedded summary, used where no data folder is given."""
    mirna: MirnaCounts | None = None
    """Measured miRNA."""
    proteins: ProteinGroups | None = None
    """Measured proteins (integrins steer uptake)."""
    documented: dict[MirnaName, Copies] = Field(default_factory=dict)
    """Copies per vesicle of miRNAs known from the literature; they replace the measured figure."""
    copies_per_ev: Copies = 0.00825
    """Copies of an average measured miRNA per vesicle (Chevillet 2014, doi:10.1073/pnas.1408301111)."""

    @model_validator(mode="after")
    def _something(self) -> CargoPart:
        if not (self.reference or self.mirna or self.proteins or self.documented):
            raise refuse(InputError("the vesicles carry nothing", expected="reference, mirna, proteins or documented"))
        return self


class StockroomPart(Part):
    """What each organ's cells already hold."""

    reference: bool = True
    """Whether the embedded panel may stand in where no data folder is given."""
    mrna: DataFile | None = None
    """Gene by organ table: HPA tsv, GCT or generic."""
    mirna: DataFile | None = None
    """Endogenous miRNA by organ."""
    utrs: DataFile | None = None
    """3'UTR sequences, FASTA."""
    gene_map: DataFile | None = None
    """Ensembl gene to symbol table (TargetScan Gene_info)."""
    mirna_families: DataFile | None = None
    """Mature miRNA sequences (TargetScan miR_Family_Info)."""
    cell_types: tuple[DataFile, ...] = ()
    """Further gene by cell type tables, for stand-ins of cell classes."""
    mirna_cells: DataFile | None = None
    """Endogenous miRNA by cell type, for the same stand-ins."""

    @model_validator(mode="after")
    def _something(self) -> StockroomPart:
        if not self.reference and self.mrna is None:
            raise refuse(InputError("the stockroom is empty", expected="reference: true, or mrna: <file>"))
        return self


class BodyPart(Part):
    """Whose body."""

    species: Literal["human", "mouse"] = "human"
    """Species."""
    weight: Kilograms | None = None
    """Body weight; the species' reference weight when not given."""


class Cohort(Part):
    """The virtual patients."""

    patients: Annotated[int, Field(ge=1, le=10_000_000, strict=True), BeforeValidator(_whole)] = 1000
    """How many."""
    seed: Annotated[int, Field(ge=0, lt=2**63, strict=True)] | None = None
    """Seed of every random number; one is chosen and recorded when not given."""
    horizon: Days = 3652.5
    """How long they are followed, from the first tumour cell mass."""


class MatchPart(Part):
    """How cargo and stockroom are matched."""

    nulls: Annotated[int, Field(ge=0, le=1_000_000, strict=True), BeforeValidator(_whole)] = 1000
    """Random cargoes to compare with; 0 leaves significance out."""
    doses: tuple[Dose, ...] = ()
    """Doses of the dose response; a grid is chosen when empty."""


class Whom(Part):
    """Which patients an arm treats; the others of the arm go on as under control."""

    parameter: Line
    """Parameter that differs between patients (`ev_release.rate`, `diameter_at_resection`)."""
    above: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Lowest share of patients in order of it: 0.5 for its upper half."""
    below: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Highest share."""

    @model_validator(mode="after")
    def _order(self) -> Whom:
        if self.above >= self.below:
            raise refuse(InputError("treats nobody", value=self.above, expected=f"above less than {self.below:g}"))
        return self


class Output(Part):
    """What is written."""

    figures: bool = True
    """Whether figures are also written as SVG and PNG."""


class Intervention(Part):
    """Something done to vesicles, cells or the patient; further keys depend on `do`."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": {"anyOf": _SCALAR}})

    do: Name
    """What is done; ``metastasome mechanisms list`` names what there is."""
    start: Moment | None = None
    """When it starts."""
    stop: Moment | None = None
    """When it stops; the end when not given."""

    @model_validator(mode="after")
    def _check(self) -> Intervention:
        for name, value in self.settings.items():
            if not _plain(value):
                raise refuse(InputError(f"'{name}' is not a plain value", expected="a number, word or quantity"))
        if self.start is not None and self.stop is not None and self.stop <= self.start:
            expected = f"after {self.start:g} day"
            raise refuse(InputError("stops before it starts", value=f"{self.stop:g} day", expected=expected))
        return self

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The keys beside `do`, `start` and `stop`."""
        return dict(self.model_extra or {})


class Scan(Part):
    """One intervention tried over starts and lengths, for its trade-off of benefit against dose."""

    intervention: Intervention
    """What is tried; its own start and stop are not used."""
    starts: tuple[Moment, ...] = ()
    """Days to start on; seven over the follow-up when empty."""
    lasts: tuple[Days, ...] = ()
    """Lengths; to the end when empty."""
    sizes: tuple[Centimetres, ...] = ()
    """Diameters of the primary to start at, instead of days."""


class TrialPart(Part):
    """A trial: arms of the study, on the same patients and random numbers."""

    arms: dict[Name, Annotated[tuple[Intervention, ...], BeforeValidator(_none_done)]] = Field(default_factory=dict)
    """Arm -> what is done on top of the study's own interventions; one with a resection replaces the study's."""
    whom: dict[Name, Whom] = Field(default_factory=dict)
    """Arm -> whom it treats; everybody when not given."""
    control: Name = "control"
    """Arm the others are compared with."""
    endpoint: Literal["metastasis_free", "survival", "metastasis", "brain"] = "metastasis_free"
    """What decides: metastasis-free survival, survival, time to metastasis, time to brain metastasis."""
    clock: Literal["start", "resection"] = "start"
    """Day 0 of the endpoint: start of the study, or resection in patients without metastasis by then."""
    subgroups: tuple[Line, ...] = ()
    """Parameters that differ between patients, at whose median subgroups are cut."""
    cargo_spread: Annotated[float, Field(ge=0, le=5)] = 0.0
    """Log-scale spread between patients of how strongly organs answer their cargo; makes `cargo_match` a subgroup."""
    scan: Scan | None = None
    """Schedules tried beside the arms."""
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """Two-sided error of the power calculation."""
    power: Annotated[float, Field(gt=0.05, lt=1)] = 0.8
    """Power of the sample size."""

    @model_validator(mode="after")
    def _control(self) -> TrialPart:
        known = f"known: {', '.join(self.arms)}"
        if self.arms and self.control not in self.arms:
            expected = "one called so, which may be empty, or 'control: <arm>'"
            raise refuse(InputError("no such arm to compare with", value=self.control, expected=expected, hint=known))
        if unknown := [name for name in self.whom if name not in self.arms]:
            raise refuse(InputError("no such arm", value=unknown[0], hint=known))
        return self


class Study(Part):
    """One question, and everything needed to answer it again."""

    name: Name
    """Short name; the results folder is called after it."""
    question: Text
    """The question in words; the report opens with it."""
    tumour: Tumour
    cargo: CargoPart
    stockroom: StockroomPart = StockroomPart()
    body: BodyPart = BodyPart()
    mechanisms: dict[Name, Switch] = Field(default_factory=dict)
    """Mechanism -> on, off, or a mapping of parameters (with units) and an optional `on`."""
    inputs: dict[Name, ByOrgan] = Field(default_factory=dict)
    """Inputs a mechanism leaves to the study (`soil`, `organ_growth`, `promoter`): one number, or organ -> number."""
    interventions: tuple[Intervention, ...] = ()
    cohort: Cohort = Cohort()
    match: MatchPart = MatchPart()
    output: Output = Output()
    trial: TrialPart | None = None
    """Arms to compare with ``metastasome trial``."""

    def with_(self, **changes: Any) -> Study:
        """Return a copy with changed parts, checked again: ``study.with_(cohort={"patients": 10})``.

        A mapping given for a part changes only the keys it names.

        Raises:
            StudyError: an unknown part or a value that is not allowed.
        """
        from .load import changed

        return changed(self, changes)

    def __repr__(self) -> str:
        on = [k for k, v in self.mechanisms.items() if v is not False]
        return (
            f"<Study {self.name}: {self.tumour.organ} tumour, {self.cohort.patients} patients, "
            f"{self.cohort.horizon / 365.25:g} years, {len(on)} mechanisms named, "
            f"{len(self.interventions)} interventions>"
        )

    __str__ = __repr__
