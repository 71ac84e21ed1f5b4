"""Mutants of a module: one comparison, sign, constant, call or refusal changed at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: a changed copy of a node, and what was done to it
_Change = tuple[str, ast.AST]
#: function and statement
_Place = tuple[str, str]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,), ast.LShift: (ast.RShift,), ast.RShift: (ast.LShift,), ast.Pow: (ast.Mult,),
    ast.BitOr: (ast.BitAnd,), ast.BitAnd: (ast.BitOr,), ast.BitXor: (ast.BitAnd,),
}  # fmt: skip
_SWAPPED = {"upper": "lower", "lower": "upper", "ceil": "floor", "floor": "ceil", "min": "max", "max": "min",
            "any": "all", "all": "any", "gamma": "rgamma", "rgamma": "gamma"}  # fmt: skip
#: calls that are replaced by their argument or by the object they are called on
_DROPPED = {"abs", "sqrt", "transpose", "upper", "lower", "union", "reversed", "derivative", "integral", "log"}


@dataclass(frozen=True)
class Mutant:
    """One change: where (file, function), in which statement, of what into what (#2 for the second equal one)."""

    file: str
    function: str
    statement: str
    change: str
    index: int

    def __str__(self) -> str:
        return f"{self.file}:{self.function}: {self.statement} | {self.change}"


def mutants(file: str, source: str) -> list[Mutant]:
    """All mutants of a module, in the order of the source."""
    found: list[Mutant] = []
    seen: dict[tuple[str, str, str], int] = {}
    for index, (place, node, (what, _)) in enumerate(_changes(ast.parse(source))):
        text = _header(node)
        change = what if text == place[1] else f"{text}: {what}"
        key = (*place, change)
        seen[key] = seen.get(key, 0) + 1
        counted = change if seen[key] == 1 else f"{change} #{seen[key]}"
        found.append(Mutant(file, *place, counted, index))
    return found


def _header(node: ast.AST) -> str:
    """The source of a node, of a compound statement its first line."""
    text = ast.unparse(node)
    return (text.split("\n")[0] if isinstance(node, ast.stmt) else " ".join(text.split()))[:160]


class Mutable:
    """A module's syntax tree that one change at a time is made in and taken back."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.changes = [(node, new) for _, node, (_, new) in _changes(self.tree)]
        self.places: dict[int, tuple[ast.AST, str, int | None]] = {}
        for parent in ast.walk(self.tree):
            for name, value in ast.iter_fields(parent):
                for i, child in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(child, ast.AST):
                        self.places[id(child)] = parent, name, i if isinstance(value, list) else None

    @contextmanager
    def mutated(self, index: int) -> Iterator[ast.Module]:
        """The tree with the index-th change, as long as the context lasts."""
        node, new = self.changes[index]
        ast.fix_missing_locations(ast.copy_location(new, node) if isinstance(node, ast.expr | ast.stmt) else new)
        parent, name, i = self.places[id(node)]
        self._put(parent, name, i, new)
        try:
            yield self.tree
        finally:
            self._put(parent, name, i, node)

    @staticmethod
    def _put(parent: ast.AST, name: str, i: int | None, node: ast.AST) -> None:
        if i is None:
            setattr(parent, name, node)
        else:
            getattr(parent, name)[i] = node


def _changes(tree: ast.Module) -> Iterator[tuple[_Place, ast.AST, _Change]]:
    for place, node in _walk(tree, ("<module>", "")):
        for rule in _RULES:
            for change in rule(node):
                yield place, node, change


def _walk(node: ast.AST, place: _Place) -> Iterator[tuple[_Place, ast.AST]]:
    """Nodes that compute: no docstrings, annotations, texts of refusals, imports."""
    function, statement = place
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = node.name if function == "<module>" else f"{function}.{node.name}"
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return
    if isinstance(node, ast.stmt):
        statement = _header(node)
    yield (function, statement), node
    if isinstance(node, ast.Raise):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "keywords", "bases", "slice_type"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child, (function, statement))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _compare(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for other in _COMPARISONS.get(type(op), ()):
                ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
                yield f"comparison {i} becomes {other.__name__}", _with(node, ops=ops)


def _logic(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or swapped", _with(node, op=other)
        for i in range(len(node.values)):
            rest = node.values[:i] + node.values[i + 1 :]
            yield f"condition {i} dropped", rest[0] if len(rest) == 1 else _with(node, values=rest)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield "not or minus dropped", node.operand
    if isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        yield "condition negated", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.comprehension) and node.ifs:
        yield "filter dropped", _with(node, ifs=[])


def _arithmetic(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.BinOp):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield f"operator becomes {other.__name__}", _with(node, op=other())
        yield "right side dropped", node.left
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            yield "left side dropped", node.right
    if isinstance(node, ast.AugAssign):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield f"operator becomes {other.__name__}", _with(node, op=other())
        yield "statement dropped", ast.Pass()


def _constant(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield "truth value swapped", ast.Constant(not node.value)
        elif isinstance(node.value, int):
            for value in (node.value + 1, node.value - 1):
                yield f"constant becomes {value}", ast.Constant(value)


def _call(node: ast.AST) -> Iterator[_Change]:
    if not isinstance(node, ast.Call):
        return
    function = node.func
    name = (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
    if name in _SWAPPED:
        other = _SWAPPED[name]
        new = ast.Name(other, ast.Load()) if isinstance(function, ast.Name) else _with(function, attr=other)
        yield f"{name} becomes {other}", _with(node, func=new)
    if name in _DROPPED or (name in ("min", "max") and isinstance(function, ast.Attribute)):
        if isinstance(function, ast.Attribute):
            yield f"{name} dropped", function.value
        elif node.args:
            yield f"{name} dropped", node.args[0]
    if name in ("min", "max") and len(node.args) > 1:
        for i, argument in enumerate(node.args):
            yield f"{name} becomes its argument {i}", argument


def _statement(node: ast.AST) -> Iterator[_Change]:
    calls = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if isinstance(node, ast.Raise | ast.Continue | ast.Break) or calls:
        yield "statement dropped", ast.Pass()
    if isinstance(node, ast.If):
        for child in node.body:
            if isinstance(child, ast.Return):
                yield "early return dropped", _with(node, body=[ast.Pass()])
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield "statement dropped", ast.Pass()


_RULES: tuple[Callable[[ast.AST], Iterator[_Change]], ...] = (
    _compare, _logic, _arithmetic, _constant, _call, _statement,
)  # fmt: skip
