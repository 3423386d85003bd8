"""The direction of imports that ARCHITECTURE.md draws, read from the code itself."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUND = {"taxonomy", "errors", "settings", "locale"}
FLOW = GROUND | {"findings"}
# Part of core -> what it may import of core besides itself.
MAY_IMPORT = {
    "taxonomy": set(),
    "locale": set(),
    "settings": set(),
    "errors": {"locale"},
    "database_faults": set(),
    "findings": GROUND,
    "vision": FLOW,
    "lab": FLOW | {"vision"},
    "records": FLOW | {"database_faults"},
    "clinics": FLOW | {"database_faults"},
    "care": FLOW,
    "benchmark": FLOW | {"vision", "lab", "clinics", "care", "records"},
    "interface": FLOW | {"vision", "lab", "records", "clinics", "care"},
    "commands": FLOW | {"vision", "lab", "records", "clinics", "care", "benchmark"},
    "__main__": FLOW | {"commands"},
}
# The only modules of core.vision that need torch to be imported; others import it inside a function.
NEEDS_TORCH = {"core.vision.backbones", "core.vision.features"}
SOURCES = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "Home.py"])


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree):
    """All modules imported anywhere below a node, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full here"
            if node.module == "core":
                yield from (f"core.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)


def imports_when_loaded(tree):
    """Modules imported by importing a module: not those inside functions, nor those for type checkers alone."""

    def loaded(node):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for child in node.orelse:
                yield from loaded(child)
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imports_of(node)
        for child in ast.iter_child_nodes(node):
            yield from loaded(child)

    yield from loaded(tree)


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_go_down(path):
    name = module_name(path)
    part = name.split(".")[1] if name.startswith("core.") else None
    for imported in imports_of(parse(path)):
        if not imported.startswith("core.") or imported == "core.__version__":
            continue
        target = imported.split(".")[1]
        if part is None:
            assert target == "interface", f"{name} is a page and imports {imported}"
        else:
            assert part in MAY_IMPORT, f"core.{part} is new: give it its place in MAY_IMPORT"
            assert target == part or target in MAY_IMPORT[part], f"{name} imports {imported}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_only_pages_and_the_interface_know_streamlit(path):
    name = module_name(path)
    if name.startswith("core.interface") or not name.startswith("core"):
        return
    assert not [i for i in imports_of(parse(path)) if i.split(".")[0].startswith("streamlit")]


@pytest.mark.parametrize("path", [p for p in SOURCES if module_name(p).startswith("core.vision")], ids=module_name)
def test_vision_is_imported_without_torch(path):
    name = module_name(path)
    loaded = set(imports_when_loaded(parse(path)))
    if name in NEEDS_TORCH:
        return
    heavy = {"torch", "torchvision", "lightning", "efficientnet_pytorch", "pandas", "sklearn"}
    assert not {i for i in loaded if i.split(".")[0] in heavy}
    assert not loaded & NEEDS_TORCH


def test_pages_are_thin():
    for path in (ROOT / "pages").glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 40, f"{path.name}: a page reads input, calls core and draws"


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        ("core.vision.diagnosis", {"torch", "streamlit", "pandas", "sklearn", "scipy", "duckdb", "openvino"}),
        ("core.vision.classifier", {"torch", "streamlit", "pandas", "sklearn", "scipy", "duckdb", "openvino"}),
        ("core.lab.recipe", {"torch", "torchvision", "lightning", "streamlit", "pandas", "openvino"}),
        ("core.records.store", {"torch", "streamlit", "pandas", "cv2"}),
        ("core.clinics.directory", {"torch", "streamlit", "pandas", "folium"}),
        ("core.__main__", {"torch", "streamlit", "pandas", "cv2", "numpy", "duckdb", "rich"}),
    ],
)
def test_importing_stays_light(module, left_out):
    code = f"import sys, {module}; print(*sorted({left_out!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
