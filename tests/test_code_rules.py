"""Rules of CONTRIBUTING.md that a program can check on the code."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tools.notebooks import all_notebooks, read

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 25
LIBRARY = sorted((ROOT / "lstm_lib").rglob("*.py"))
TOOLS = sorted((ROOT / "tools").rglob("*.py"))
OTHERS = sorted((ROOT / "tests").rglob("*.py")) + sorted((ROOT / "benchmarks").rglob("*.py"))

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
LIST_METHODS = {"append", "extend", "insert", "remove", "pop", "clear"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTION)]


def docstring_node(node) -> ast.AST | None:
    return node.body[0] if ast.get_docstring(node, clean=False) is not None else None


def lines_of(node) -> int:
    text = docstring_node(node)
    docstring = text.end_lineno - text.lineno + 1 if text else 0
    return node.end_lineno - node.lineno + 1 - docstring


def public_without_docstring(node, prefix: str = "") -> list[str]:
    found = []
    for child in node.body:
        if not isinstance(child, (*FUNCTION, ast.ClassDef)) or child.name.startswith("_"):
            continue
        name = f"{prefix}{child.name}"
        found += [name] * (docstring_node(child) is None)
        if isinstance(child, ast.ClassDef):
            found += public_without_docstring(child, f"{name}.")
    return found


def edits_sys_path(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        is_change = isinstance(node, ast.Attribute) and node.attr in LIST_METHODS
        if is_change and ast.unparse(node.value) == "sys.path":
            return True
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if any(t is not None and ast.unparse(t).startswith("sys.path") for t in targets):
            return True
    return False


def without_magics(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if line.lstrip()[:1] not in ("%", "!"))


@pytest.mark.parametrize("path", LIBRARY + TOOLS, ids=name_of)
def test_functions_are_short(path):
    long = {f.name: lines_of(f) for f in functions(tree_of(path)) if lines_of(f) > LONGEST}
    assert long == {}


@pytest.mark.parametrize("path", LIBRARY + TOOLS, ids=name_of)
def test_what_is_public_says_what_it_is_for(path):
    tree = tree_of(path)
    assert ast.get_docstring(tree)
    assert public_without_docstring(tree) == []


@pytest.mark.parametrize("path", LIBRARY + TOOLS + OTHERS, ids=name_of)
def test_no_code_edits_sys_path(path):
    assert not edits_sys_path(tree_of(path))


@pytest.mark.parametrize("path", all_notebooks(), ids=name_of)
def test_no_notebook_edits_sys_path(path):
    cells = read(path.read_text(encoding="utf-8")).cells
    codes = [without_magics(cell.source) for cell in cells if cell.cell_type == "code"]
    assert not any(edits_sys_path(ast.parse(code)) for code in codes)


def test_no_function_body_is_written_twice():
    places = defaultdict(list)
    for path in LIBRARY + TOOLS:
        for function in functions(tree_of(path)):
            body = function.body[docstring_node(function) is not None :]
            if len(body) > 1:
                key = "\n".join(map(ast.unparse, body))
                places[key].append(f"{name_of(path)}:{function.name}")
    assert [names for names in places.values() if len(names) > 1] == []


@pytest.mark.parametrize("path", LIBRARY + TOOLS, ids=name_of)
def test_files_from_outside_are_loaded_as_data_only(path):
    calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    for call in calls:
        if ast.unparse(call.func) == "torch.load":
            assert "weights_only=True" in ast.unparse(call)


# --- the rules see what they are for --------------------------------------------------------


def test_a_docstring_does_not_count():
    (function,) = functions(ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1'))
    assert lines_of(function) == 2


def test_a_public_method_without_docstring_is_found():
    tree = ast.parse('class A:\n    """A."""\n    def f(self): pass\n    def _g(self): pass')
    assert public_without_docstring(tree) == ["A.f"]


@pytest.mark.parametrize(
    "source",
    ["sys.path.insert(0, '.')", "sys.path += ['.']", "sys.path = []", "sys.path[:0] = ['.']"],
)
def test_an_edit_of_sys_path_is_seen(source):
    assert edits_sys_path(ast.parse(source))
    assert not edits_sys_path(ast.parse("print(sys.path)"))
