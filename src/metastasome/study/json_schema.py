"""The JSON Schema of study files, for editors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .presets import preset_names

# YAML 1.2 editors read a bare on or off as a word.
_SWITCH = {"anyOf": [{"type": "boolean"}, {"enum": ["on", "off"]}]}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a study file, with every mechanism and its parameters spelt out."""
    from ..interventions import catalogue as interventions
    from .load import PARTS
    from .model import Study

    made = Study.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "metastasome study"
    made["properties"]["extends"] = {
        "type": "string",
        "description": "a preset or a study file to lay this one over",
        "examples": list(preset_names()),
    }
    made["properties"]["mechanisms"] = _mechanisms()
    made["$defs"]["Intervention"]["properties"]["do"] = {"enum": sorted(interventions())}
    # A study that extends another leaves to it what it does not say itself.
    made["if"], made["then"] = {"required": ["extends"]}, {}
    made["else"] = {"required": made.pop("required")}
    _loosen(made)
    _nullable(made, PARTS)
    return made


def _nullable(made: dict[str, Any], parts: Iterable[str]) -> None:
    """Allow parts, the list of interventions and arms with nothing below their name."""
    arms = made["$defs"]["TrialPart"]["properties"]["arms"]
    (name,) = arms["patternProperties"]
    arms["patternProperties"][name] = _or_null(arms["patternProperties"][name])
    for name in (*parts, "interventions"):
        made["properties"][name] = _or_null(made["properties"][name])


def _or_null(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "type": [part["type"], "null"]} if "type" in part else {"anyOf": [part, {"type": "null"}]}


def _loosen(made: dict[str, Any]) -> None:
    """Drop `required` inside parts: a study laid over another may give any part of a part."""
    for part in made.get("$defs", {}).values():
        if part.get("title") in ("Tumour", "CargoPart", "MirnaCounts", "ProteinGroups"):
            part.pop("required", None)


def _mechanisms() -> dict[str, Any]:
    import dataclasses

    from ..mechanisms import catalogue

    known: dict[str, Any] = {}
    for key, kind in catalogue().items():
        settings: dict[str, Any] = {"on": {"type": "boolean"}}
        for p in kind.parameters():
            settings[p.name] = {
                "anyOf": [{"type": "number", "minimum": p.low, "maximum": p.high}, {"type": "string"}],
                "description": f"{p.meaning} [{p.unit}]; default {p.default:g}; {p.source}",
            }
        for option in dataclasses.fields(kind):  # type: ignore[arg-type]
            if "choices" in option.metadata:
                settings[option.name] = {"enum": list(option.metadata["choices"])}
        known[key] = {
            "description": f"{kind.title}; {'on' if kind.default_on else 'off'} unless said otherwise",
            "anyOf": [_SWITCH, {"type": "object", "properties": settings, "additionalProperties": False}],
        }
    return {
        "type": "object",
        "properties": known,
        "additionalProperties": False,
        "description": "hypotheses and switches",
    }
