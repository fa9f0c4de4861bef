"""Imports run one way: main -> gui -> engine, and inside both from what stands above to what stands below.

And the folders stay such that a file is found by their names: none too full, no module too long.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import engine
import engine.data
import engine.scan
import engine.scan.report
import engine.scan.shown

WITH_PUBLIC_NAMES = (engine.data, engine.scan, engine.scan.report, engine.scan.shown)
"""Packages of the engine with public names of their own, beside the engine's."""

PUBLIC = {
    *engine.__all__,
    *(
        f"{part.__name__.removeprefix('engine.')}.{name}"
        for part in WITH_PUBLIC_NAMES
        for name in part.__all__
    ),
}
ROOT = Path(__file__).resolve().parents[1]
STABLE_FORMS = ("engine.pytorch.activations.log_sigmoid", "engine.pytorch.activations.log_softmax")
PARTS = (
    "all_four",
    "explain",
    "files",
    "findings",
    "formulas",
    "learn",
    "loss_value",
    "plots",
    "scan",
    "tables",
)
SHARED = ("document", "services", "session", "start", "window")
TOP = ("app", "window")
"""What puts the parts together."""

MAY_KNOW = {
    "services": (),
    "start": (),
    "document": ("services",),
    "session": ("services", "document"),
    **dict.fromkeys(PARTS, ("services", "start", "document", "session")),
    "all_four": ("services", "document", "explain", "findings", "plots"),
    "scan": ("services", "document", "explain", "files", "plots"),
}
"""What each folder of gui below the top may import of the others; the pages with all four losses and for very
many rows are put together from the words and the canvas of other parts, none of which knows them."""

FROM_THE_GROUND = (
    "floats arguments|problem pytorch blocked exact formulas evaluation curves diagnosis snippets data scan "
    "loss_values"
)
"""The engine's folders and its one leaf; its other modules stand above them all, and know one another."""

LEAF = "engine.problem"
GROUND = ("engine.data.faults", "engine.data.number_grammar", "engine.data.entries")
"""What the folders in engine/data stand on: modules that know nothing of their folder but one another."""

MOST_FILES, MOST_LINES = 15, 350


def modules() -> list[str]:
    files = [ROOT / "main.py", *(ROOT / "engine").rglob("*.py"), *(ROOT / "gui").rglob("*.py")]
    return sorted(name_of(path) for path in files)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def file_of(module: str) -> Path | None:
    stem = ROOT.joinpath(*module.split("."))
    candidates = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


@cache
def imports(module: str, *, deferred: bool = True) -> frozenset[str]:
    """The qualified names a module imports; without `deferred`, only those needed to load it."""
    path = file_of(module)
    assert path is not None
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(_imported(tree, deferred=deferred))


def _imported(tree: ast.AST, *, deferred: bool) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here: write 'from gui.x import y'"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif deferred or not _is_deferred(node):
            yield from _imported(node, deferred=deferred)


def _is_deferred(node: ast.AST) -> bool:
    is_for_types = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    return is_for_types or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


def belongs(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def forbidden(importer: str, imported: str) -> str | None:
    """The rule that an import breaks, and how to mend it; None if it breaks none."""
    if belongs(importer, "engine"):
        return forbidden_in_engine(importer, imported)
    if belongs(imported, "main"):
        return "main only starts: move what is shared into gui or engine"
    if belongs(imported, "pyqtgraph") and not belongs(importer, "gui.plots"):
        return "only gui/plots knows pyqtgraph: ask a method of the plot panel instead"
    if belongs(importer, "gui"):
        return forbidden_in_gui(importer, imported)
    return None


def forbidden_in_engine(importer: str, imported: str) -> str | None:
    if any(belongs(imported, name) for name in ("PySide6", "shiboken6", "pyqtgraph", "gui", "main")):
        return "the engine runs in a notebook without Qt: give it values, and let gui call it"
    if importer == "engine.formulas.scratch" and imported in STABLE_FORMS:
        return "the textbook forms must not borrow stable ones: write them out in engine/formulas/scratch.py"
    if belongs(imported, "engine") and importer != "engine" and height(imported) > height(importer):
        return f"what stands below knows nothing above: from the ground {FROM_THE_GROUND}, then the rest"
    return None


def height(name: str) -> int:
    """Where a module of the engine stands; the public names, which are there for others, on top of all."""
    layers = [set(layer.split("|")) for layer in FROM_THE_GROUND.split()]
    part = name.split(".")[1] if "." in name else ""
    above = len(layers) if file_of(f"engine.{part}") else len(layers) + 1
    return next((at for at, layer in enumerate(layers) if part in layer), above)


def forbidden_in_gui(importer: str, imported: str) -> str | None:
    if imported.startswith("engine.") and imported.removeprefix("engine.") not in PUBLIC:
        return "gui knows the engine by its public names: export it in an __init__ of WITH_PUBLIC_NAMES"
    if belongs(importer, "gui.document") and belongs(imported, "PySide6.QtWidgets"):
        return "the document has no widgets: signal a change and let a panel show it"
    own, other = part_of(importer), part_of(imported)
    is_allowed = other is None or own in {other, *TOP} or other in MAY_KNOW[own]
    return None if is_allowed else advice_for(own, other)


def advice_for(own: str, other: str) -> str:
    if other in TOP:
        return "nothing reaches up to the window: emit a signal that window.py connects"
    if other in PARTS and own in PARTS:
        return "parts do not know one another: tell the document or the selection, and listen to it"
    if other in PARTS:
        return "what is shared serves every part: pass it what it needs as an argument"
    return f"gui/{own} stands below gui/{other}: pass it the value"


def part_of(name: str) -> str | None:
    """The folder of gui that a name belongs to, or `app`; None outside gui."""
    return name.split(".")[1] if belongs(name, "gui") and "." in name else None


def test_every_folder_of_the_gui_is_a_part_or_shared_by_the_parts():
    folders = {path.parent.name for path in (ROOT / "gui").glob("*/__init__.py")}
    assert folders == {*PARTS, *SHARED}


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_downwards(module):
    broken = {name: rule for name in imports(module) if (rule := forbidden(module, name))}
    lines = [f"{module} imports {name}: {rule}" for name, rule in broken.items()]
    assert not lines, "\n".join(lines)


def owner(name: str, known: set[str]) -> str:
    """The module that a qualified name is or belongs to."""
    return name if name in known else name.rpartition(".")[0]


def assert_no_circle(known: dict[str, set[str]], advice: str) -> None:
    """`known` holds for each name those that it imports."""
    finished: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"import circle {' -> '.join((*path[path.index(name) :], name))}: {advice}"
        if name in finished:
            return
        for imported in known[name]:
            visit(imported, (*path, name))
        finished.add(name)

    for name in known:
        visit(name, ())


def test_a_circle_is_found_and_named():
    with pytest.raises(AssertionError, match="circle b -> c -> b: mend it"):
        assert_no_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}, "mend it")


def test_no_modules_import_one_another_in_a_circle():
    known = set(modules())
    loaded = {
        module: {owner(name, known) for name in imports(module, deferred=False)} & known for module in known
    }
    assert_no_circle(loaded, "move what both need into a module below them")


def folder_of(module: str) -> str:
    path = file_of(module)
    assert path is not None
    return module if module in (LEAF, *GROUND) else str(path.parent.relative_to(ROOT))


def test_no_folders_import_one_another_in_a_circle():
    known = set(modules())
    folders: dict[str, set[str]] = {folder_of(module): set() for module in known}
    for module in known - {"engine"}:  # which gathers the public names from everywhere
        asked = {owner(name, known) for name in imports(module)} & known
        folders[folder_of(module)] |= {folder_of(name) for name in asked} - {folder_of(module)}
    assert_no_circle(folders, "move what both need into a folder below them")


def test_a_folder_holds_few_files():
    files = [path for top in ("engine", "gui", "tests") for path in (ROOT / top).rglob("*.py")]
    counted = Counter(str(path.parent.relative_to(ROOT)) for path in files if path.name != "__init__.py")
    assert {folder: count for folder, count in counted.items() if count > MOST_FILES} == {}


def test_a_module_is_not_long():
    lines = {name: len(file_of(name).read_text(encoding="utf-8").splitlines()) for name in modules()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("engine.floats.formats", "engine.problem.Problem"),
        ("engine.problem", "engine.pytorch.forward"),
        ("engine.curves.sweep", "engine.losses.nll_loss"),
        ("engine.diagnosis.findings", "engine.sigmoid"),
        ("engine.losses", "engine.sigmoid"),
        ("engine.data.entries", "gui.services.jobs"),
        ("engine.formulas.scratch", "engine.pytorch.activations.log_softmax"),
        ("gui.services.theme", "gui.document.document"),
        ("gui.document.document", "gui.session.session_file"),
        ("gui.session.session_file", "gui.tables.page_panel"),
        ("gui.tables.view.header", "gui.plots.parts.words"),
        ("gui.tables.view.header", "gui.window.actions"),
        ("gui.start.startup", "gui.app"),
        ("gui.files.files", "engine.floats.formats.ulp"),
        ("gui.files.files", "pyqtgraph"),
        ("gui.document.document", "PySide6.QtWidgets.QWidget"),
    ],
)
def test_what_stands_below_may_not_import_what_stands_above(importer, imported):
    assert forbidden(importer, imported)


def printed_by(code: str) -> str:
    """What a process of its own prints that runs the code."""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return run.stdout


def modules_after(code: str) -> set[str]:
    """Every module that a process of its own has loaded once it has run the code."""
    return set(printed_by(code + "\nimport sys\nprint(*sys.modules)").split())


def loaded_after(statement: str) -> set[str]:
    """The packages among them."""
    return {name.partition(".")[0] for name in modules_after(statement)}


def test_the_engine_loads_no_qt():
    everything = "import engine\nfor name in engine.__all__: getattr(engine, name)"
    assert not loaded_after(everything) & {"PySide6", "shiboken6", "pyqtgraph", "gui", "torch"}


def test_a_scan_in_the_terminal_loads_no_qt(tmp_path):
    path = tmp_path / "logits.npy"
    np.save(path, np.float32([1.0, -2.0]))
    loaded = modules_after(f"import main; main.main(['scan', {str(path)!r}])")
    assert "engine.scan.run" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"PySide6", "shiboken6", "pyqtgraph"}


def test_an_explanation_in_the_terminal_loads_no_qt():
    loaded = modules_after("import main; main.main(['explain', '0.6931'])")
    assert "engine.loss_values.explain" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"PySide6", "shiboken6", "pyqtgraph"}
    # It answers at once: what only a window, a file or a judgement needs is not loaded either.
    slow = {"gui.start.command_line", "pathlib", "shutil", "engine.exact.binary", "engine.evaluation.column"}
    assert not loaded & slow


def test_every_public_name_of_the_engine_is_there_whether_loaded_or_not():
    assert set(engine.__all__) <= set(dir(engine))
    assert all(getattr(engine, name) is not None for name in engine.__all__)
    with pytest.raises(AttributeError, match="no attribute 'softplus'"):
        _ = engine.softplus


def test_an_evaluation_loads_neither_searches_nor_code_snippets():
    loaded = modules_after("import engine; engine.evaluate(engine.BinaryProblem(logits=[0.0], target=[1.0]))")
    assert not loaded & {"engine.curves.sweep", "engine.curves.bands", "engine.snippets.script"}


def test_the_window_loads_no_plots_before_its_first_paint():
    assert not loaded_after("import gui.app") & {"pyqtgraph", "scipy", "torch"}


def test_the_command_line_needs_neither_qt_nor_numpy():
    assert not loaded_after("import main") & {"PySide6", "numpy", "engine"}


def test_the_tables_alone_are_loaded_before_the_first_paint():
    loaded = modules_after(FIRST_PAINT)
    assert "gui.tables.page_panel" in loaded
    late = {"pyqtgraph", "engine.curves.sweep", "engine.losses", "gui.files.files", "gui.plots"}
    late |= {"gui.document.history", "gui.tables.results.ledger_panel", "gui.tables.editing.table_editing"}
    assert not loaded & late


def test_a_window_loads_no_scan_before_its_page_is_opened():
    loaded = modules_after(FIRST_PAINT + "window.complete()\nwindow.session.show_name()\n")
    assert "gui.window.scan_front" in loaded
    assert not {name for name in loaded if name.startswith(("gui.scan", "engine.scan"))}


FIRST_PAINT = """
from gui.app import first_problems, make_application, make_window
from gui.start.command_line import Arguments
from gui.document.document import Document
from gui.services.theme import Theme
application = make_application()
window = make_window(Document(*first_problems(Arguments())[0]), Theme(application))
"""


IMPORT_QT = """
import builtins, sys
own, finders = builtins.__import__, list(sys.meta_path)
from gui.start.pyside_import import import_qt
from gui.start.startup import runtime_refusal
runtime_refusal()
import_qt()
import PySide6.QtWidgets
"""


def test_after_qt_python_keeps_its_own_import_statement_and_finders():
    assert printed_by(IMPORT_QT + "print(builtins.__import__ is own, sys.meta_path == finders)").split() == [
        "True",
        "True",
    ]


WRONG_CALLS = """
from PySide6.QtCore import QRect
for call in (lambda: QRect(''), lambda: QRect().moveTo(None), lambda: QRect.nothing, lambda: QRect(no=1)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
print(QRect.moveTo.__doc__)
from PySide6.support.signature import get_signature, layout, parser
from PySide6.support.signature.lib import enum_sig, pyi_generator, tool
print(get_signature(QRect.adjusted), layout.create_signature.__module__, tool.__name__)
print(*(hasattr(module, "nothing") for module in (layout, parser, enum_sig, pyi_generator, tool)))
print(pyi_generator.generate_pyi.__name__, enum_sig.ExactEnumerator.__name__)
"""


def test_wrong_calls_docstrings_and_signatures_read_as_with_a_plain_import():
    plain = printed_by("import PySide6.QtWidgets\n" + WRONG_CALLS)
    assert "Supported signatures" in plain
    assert printed_by(IMPORT_QT + WRONG_CALLS) == plain
