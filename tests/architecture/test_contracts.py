"""Habits of the house that no linter knows: read from the source, not run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("emulation_portal", "units", "campaigns", "awards")
DOMAIN_MODULES = ("actions", "queries", "rules", "models", "states")
# What runs outside a request and reads the clock itself, because it is the place of the clock.
CLOCK_READS = {"now", "today", "localdate", "localtime", "utcnow", "monotonic"}


def sources() -> list[Path]:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def is_domain(path: Path) -> bool:
    """Whether the file is, or lies below, one of the modules that hold the domain."""
    parts = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    return bool(parts & set(DOMAIN_MODULES))


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


DOMAIN = [path for path in sources() if is_domain(path)]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    signature = function.args
    return [*signature.posonlyargs, *signature.args, *signature.kwonlyargs]


def clock_reads(tree: ast.Module) -> list[int]:
    """Lines that ask what time it is: `timezone.now()`, `date.today()`, `localdate()` with no day."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in CLOCK_READS and not node.args and not node.keywords:
            lines.append(node.lineno)
    return lines


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_there_is_a_domain_to_look_at() -> None:
    assert len(DOMAIN) > 30
    assert any(path.match("campaigns/plans/actions/sending.py") for path in DOMAIN)


def test_the_domain_never_meets_a_request() -> None:
    met = [
        f"{short(path)}:{function.lineno} {function.name}"
        for path in DOMAIN
        for function in functions(tree_of(path))
        for parameter in parameters(function)
        if parameter.arg == "request" or "HttpRequest" in ast.dump(parameter)
    ]
    assert met == []


def test_the_domain_never_reads_the_clock() -> None:
    """Time comes in as `at=` or `on=`: so a test, a job and a rehearsal can say when it is."""
    reads = [f"{short(path)}:{line}" for path in DOMAIN for line in clock_reads(tree_of(path))]
    assert reads == []


@pytest.mark.parametrize("forbidden", ["celery", "django.contrib.messages"])
def test_the_domain_knows_neither_celery_nor_messages(forbidden: str) -> None:
    met = [
        f"{short(path)} imports {name}"
        for path in DOMAIN
        for name in imported(tree_of(path))
        if f"{name}.".startswith(f"{forbidden}.")
    ]
    assert met == []


def test_who_acts_and_when_are_named_in_the_call() -> None:
    """`by=` and `at=` are keyword-only wherever an action takes them."""
    actions = [path for path in DOMAIN if "actions" in (path.stem, path.parent.name)]
    positional = [
        f"{short(path)}: {function.name}({parameter.arg})"
        for path in actions
        for function in functions(tree_of(path))
        if not function.name.startswith("_")
        for parameter in [*function.args.posonlyargs, *function.args.args]
        if parameter.arg in ("by", "at", "on")
    ]
    assert positional == []


def test_no_form_takes_every_field_there_is() -> None:
    """Fields of a form are named one by one: a new column must not become typable by itself."""
    loose = [
        f"{short(path)}:{statement.lineno}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and node.name == "Meta"
        for statement in node.body
        if takes_every_field(statement)
    ]
    assert loose == []


def takes_every_field(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign):
        return False
    names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    named = isinstance(statement.value, ast.List | ast.Tuple)
    return "exclude" in names or ("fields" in names and not named)


def test_views_are_functions() -> None:
    generic = [
        short(path)
        for path in sources()
        if any(name.startswith("django.views.generic") for name in imported(tree_of(path)))
    ]
    assert generic == []


def test_the_reading_of_the_source_sees_what_it_forbids() -> None:
    tree = ast.parse("from celery import task\ndef f(request, *, at): return timezone.now()")
    assert clock_reads(tree) == [2]
    assert "celery" in imported(tree)
    assert [part.arg for part in parameters(next(functions(tree)))] == ["request", "at"]
    assert clock_reads(ast.parse("timezone.localdate(at)")) == []
    assert takes_every_field(ast.parse("fields = '__all__'").body[0])
    assert takes_every_field(ast.parse("exclude = ['state']").body[0])
    assert not takes_every_field(ast.parse("fields = ['reason']").body[0])
