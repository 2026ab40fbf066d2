"""The SDK's service classes read as a table of operations.

``stripe/_refund_service.py`` says that ``POST /v1/refunds`` takes
``RefundCreateParams`` and returns a ``Refund``. The sandbox serves a subset of these
operations and can therefore not serve one that Stripe does not have.
"""

import ast
import re
from functools import lru_cache

from .schemas import PACKAGE, module

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Operation:
    """One API call: ``method``, ``path`` (``{id}``), ``params``, ``returns``."""

    def __init__(self, method, path, params, returns):
        self.method, self.path, self.params = method, path, params
        self.returns = returns
        self.names = PLACEHOLDER.findall(path)
        self.key = f"{method} {path}"


def _annotation(node):
    while isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Optional":
        node = node.slice
    if isinstance(node, ast.Constant):
        return str(node.value)
    return ast.unparse(node) if node else ""


def _request(function):
    """Return (method, path) of the service method's one call of ``_request``."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(
            "._request"
        ):
            continue
        path = node.args[1]
        if isinstance(path, ast.Call):  # "/v1/x/{x}".format(...)
            path = path.func.value
        return node.args[0].value.upper(), path.value
    return None


def _operations(name):
    mod = module(name)
    for klass in mod.classes.values():
        for function in klass.body:
            if not isinstance(function, ast.FunctionDef):
                continue
            found = _request(function)
            arguments = {a.arg: a.annotation for a in function.args.args}
            if found is None or "params" not in arguments:
                continue
            params = mod.imports[_annotation(arguments["params"])]
            yield Operation(*found, params, _annotation(function.returns))


@lru_cache(maxsize=1)
def operations():
    """Return {``"GET /v1/charges/{charge}"``: :class:`Operation`} of API version 1."""
    found = {}
    for path in sorted(PACKAGE.rglob("_*_service.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if "v2" in parts:
            continue
        for operation in _operations(".".join(parts)):
            found[operation.key] = operation
    return found
