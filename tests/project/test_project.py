"""What holds for the project as a whole: light imports, honest dependencies, one version, no stray names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import metastasome

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "metastasome"
IMPORT_NAME = {"pyyaml": "yaml", "scikit-learn": "sklearn"}
# Libraries that pandas and xarray load by themselves when these are called.
CALLED = {"pyarrow": "to_parquet", "zarr": "to_zarr"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def imported() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "import_module"
            ):
                found |= _named(node.args[0])
    return found


def _named(argument: ast.expr) -> set[str]:
    """Return the library that ``import_module`` is given by a text or the beginning of a formatted one."""
    first = argument
    while isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute):
        first = first.func.value
    if isinstance(first, ast.JoinedStr):
        first = first.values[0]
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return {text.split(".")[0]} - {""}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[ ]", r)[0].lower() for r in requirements}


def test_every_dependency_is_used_and_explained(project: dict[str, Any]) -> None:
    needed = names(project["project"]["dependencies"])
    source = "".join(p.read_text(encoding="utf-8") for p in SOURCE.rglob("*.py"))
    used = imported() | {library for library, call in CALLED.items() if f".{call}(" in source}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name in needed:
        assert IMPORT_NAME.get(name, name) in used, f"{name} is a dependency that nothing imports"
        assert re.search(rf"\b{name}\b", text), f"{name} is not explained in docs/dependencies.md"


def test_every_third_party_import_is_declared(project: dict[str, Any]) -> None:
    declared = names(project["project"]["dependencies"])
    extras = {n for group in project["project"]["optional-dependencies"].values() for n in names(group)}
    known = {IMPORT_NAME.get(n, n) for n in declared | extras} | set(sys.stdlib_module_names)
    known |= {"metastasome", "libsbml", "RNA", "pydantic_core", "llvmlite"}  # modules of declared packages
    unknown = imported() - known
    assert not unknown, f"imported but not declared: {sorted(unknown)}"


def test_one_version() -> None:
    version = metastasome.__version__
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_citation_is_yaml() -> None:
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["license"] == "MIT"


def test_every_public_name_loads_and_is_documented() -> None:
    for name in metastasome.__all__:
        value = getattr(metastasome, name)
        assert name.startswith("__") or value.__doc__, f"{name} has no docstring"
    assert set(metastasome._WHERE) | {"__version__"} == set(metastasome.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = metastasome.nothing


def test_importing_a_room_is_light() -> None:
    rooms = sorted(p.parent.name for p in SOURCE.glob("*/__init__.py"))
    heavy = ("numba", "pandas", "scipy.stats", "matplotlib", "sympy", "jax", "decoupler", "anndata", "xarray", "zarr")
    for room in rooms:
        code = f"import sys, metastasome.{room}\nprint([m for m in {heavy!r} if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n", f"metastasome.{room} loads {done.stdout.strip()}"


def test_nothing_names_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    here = "tests/project/test_project.py"
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if name == here or not path.is_file() or path.suffix in (".gz", ".png", ".svg", ".npz"):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found = re.search(r"/work/|/root/|/home/[a-z]", text)
        assert not found, f"{name}: {found[0] if found else ''}"


def test_the_readme_s_two_commands_are_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "lint", "docs"):
        assert re.search(rf"^{target}:", makefile, re.M)


def test_the_embedded_tables_are_small() -> None:
    tables = [p for p in (SOURCE / "reference").rglob("*") if p.is_file() and p.suffix != ".py"]
    assert sum(p.stat().st_size for p in tables if "__pycache__" not in p.parts) < 700_000
