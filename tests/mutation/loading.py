"""A private copy of the verifier with one module changed, beside the genuine one."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace

import solvers.verify
from tests.mutation.operators import Mutable, Mutant, mutants

FOLDER = Path(solvers.verify.__file__).parent
_GENUINE, _PRIVATE = "solvers.verify", "mutated_verify"


def sources() -> dict[str, str]:
    """File name -> source of every module of the verifier but its command line."""
    return {p.name: p.read_text(encoding="utf-8") for p in sorted(FOLDER.glob("*.py")) if p.name != "__main__.py"}


def all_mutants(modules: dict[str, str]) -> list[Mutant]:
    """All mutants of these modules, file name -> source."""
    return [mutant for file, source in modules.items() for mutant in mutants(file, source)]


class _Rename(ast.NodeTransformer):
    """Imports of the verifier from itself go to the private copy."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if node.module and (node.module + ".").startswith(_GENUINE + "."):
            node.module = _PRIVATE + node.module[len(_GENUINE) :]
        return node


class Copies:
    """Compiles the genuine modules once and loads a fresh private package for every mutant."""

    def __init__(self) -> None:
        self.sources = sources()
        self.trees = {file: Mutable(source) for file, source in self.sources.items()}
        for file in self.trees:
            _Rename().visit(self.trees[file].tree)
        self.codes = {file: self._compiled(mutable.tree, file) for file, mutable in self.trees.items()}

    def _compiled(self, tree: ast.Module, file: str) -> CodeType:
        return compile(tree, f"mutated/{file}", "exec", dont_inherit=True)

    def load(self, mutant: Mutant | None = None) -> SimpleNamespace:
        """The modules by name (`init` for the package itself), with the mutant if one is given."""
        codes = dict(self.codes)
        if mutant is not None:
            with self.trees[mutant.file].mutated(mutant.index) as tree:
                codes[mutant.file] = self._compiled(tree, mutant.file)
        for name in [n for n in sys.modules if (n + ".").startswith(_PRIVATE + ".")]:
            del sys.modules[name]
        finder = _Finder(codes)
        sys.meta_path.insert(0, finder)
        try:
            package = __import__(_PRIVATE)
            for file in codes:
                if file != "__init__.py":
                    __import__(f"{_PRIVATE}.{file.removesuffix('.py')}")
        finally:
            sys.meta_path.remove(finder)
        found = {file.removesuffix(".py"): sys.modules[f"{_PRIVATE}.{file.removesuffix('.py')}"]
                 for file in codes if file != "__init__.py"}  # fmt: skip
        return SimpleNamespace(init=package, Refused=found["document"].Refused,
                               NotProved=found["nonnegative"].NotProved, **found)  # fmt: skip


class _Finder:
    """Import machinery for the private package: module code from a table, nothing from disk."""

    def __init__(self, codes: dict[str, CodeType]) -> None:
        self.codes = codes

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        from importlib.machinery import ModuleSpec

        file = "__init__.py" if name == _PRIVATE else name.removeprefix(_PRIVATE + ".") + ".py"
        if not (name + ".").startswith(_PRIVATE + ".") or file not in self.codes:
            return None
        return ModuleSpec(name, self, is_package=name == _PRIVATE)

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        file = "__init__.py" if module.__name__ == _PRIVATE else module.__name__.removeprefix(_PRIVATE + ".") + ".py"
        exec(self.codes[file], module.__dict__)
