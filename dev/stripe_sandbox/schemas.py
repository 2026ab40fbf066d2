"""JSON Schemas of Stripe's objects and requests, from the SDK's own annotations.

The ``stripe`` package is generated from Stripe's OpenAPI description; its classes carry
that description as annotations. They are read with ``ast`` (nothing is imported), and
become one JSON Schema document with a definition per class:

* ``X: T`` is required, ``X: Optional[T]`` may be absent or null (objects);
* ``NotRequired[T]`` may be absent, anything else is required (requests);
* ``Union[Literal[...], str]`` is an enum that Stripe keeps open: any string;
* ``ExpandableField[T]`` is an id or the object; ``Decimal`` travels as a string;
* additional properties are refused.
"""

import ast
import hashlib
import json
import tempfile
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(find_spec("stripe").origin).parent
SCALARS = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "Decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "Any": {},
    "object": {},
    "None": {"type": "null"},
}
LISTS = {"List", "list", "Sequence"}
MAPS = {"Dict", "dict", "Mapping", "UntypedStripeObject"}
NOT_FIELDS = {"ClassVar"}


class SchemaError(Exception):
    """The SDK's annotations hold something that the derivation does not know."""


class Module:
    """One parsed file of the SDK: its classes and what its names stand for.

    :param str name: dotted module name, e.g. ``stripe._charge``
    """

    def __init__(self, name):
        self.name = name
        path = PACKAGE.joinpath(*name.split(".")[1:])
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.classes = {
            n.name: n for n in self.tree.body if isinstance(n, ast.ClassDef)
        }
        self.imports = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    target = (node.module, alias.name)
                    self.imports[alias.asname or alias.name] = target


module = lru_cache(maxsize=None)(Module)


class Deriver:
    """Collects definitions, following references from the classes asked for."""

    def __init__(self):
        self.definitions = {}

    def add(self, module_name, path):
        """Derive the class ``path`` (``Charge`` or ``Charge.Outcome``) of a module.

        :return: its ``$ref`` schema
        :raise SchemaError: the class does not exist or holds an unknown annotation
        """
        key = f"{module_name}:{path}"
        if key not in self.definitions:
            self.definitions[key] = {}  # classes refer to each other: break the circle
            node = self._class(module(module_name), path)
            self.definitions[key] = self._object(module_name, path, node)
        return {"$ref": f"#/$defs/{key}"}

    @staticmethod
    def _class(mod, path):
        node, *rest = [mod.classes.get(path.split(".")[0])], *path.split(".")[1:]
        node = node[0]
        for name in rest:
            inner = node.body if node else []
            node = next(
                (n for n in inner if isinstance(n, ast.ClassDef) and n.name == name),
                None,
            )
        if node is None:
            raise SchemaError(f"{mod.name} has no class {path}")
        return node

    def _object(self, module_name, path, node):
        scope = Scope(self, module_name, path, node)
        fields, required = {}, []
        for item in node.body:
            if (
                not isinstance(item, ast.AnnAssign)
                or _head(item.annotation) in NOT_FIELDS
            ):
                continue
            name, annotation = item.target.id.rstrip("_"), _unquote(item.annotation)
            if _head(annotation) == "NotRequired":
                annotation = _unquote(annotation.slice)
            elif _head(annotation) != "Optional":
                required.append(name)
            fields[name] = scope.schema(annotation)
        return {
            "type": "object",
            "properties": fields,
            "required": required,
            "additionalProperties": False,
        }


class Scope:
    """Resolves the names of one class body into schemas."""

    def __init__(self, deriver, module_name, path, node):
        self.deriver, self.module_name, self.path = deriver, module_name, path
        self.inner = {n.name for n in node.body if isinstance(n, ast.ClassDef)}

    def schema(self, node):
        """Return the schema of an annotation.

        :raise SchemaError: an annotation of a form that the SDK did not have so far
        """
        node = _unquote(node)
        if isinstance(node, ast.BinOp):  # "A|B"
            return _any_of([self.schema(node.left), self.schema(node.right)])
        if isinstance(node, ast.Subscript):
            return self._generic(_head(node), node.slice)
        if isinstance(node, ast.Constant) and node.value is None:
            return {"type": "null"}
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(ast.unparse(node))
        raise SchemaError(f"unknown annotation {ast.unparse(node)} in {self.path}")

    def _generic(self, head, inner):
        if head == "Literal":
            return {"enum": [ast.literal_eval(item) for item in _items(inner)]}
        if head in ("Optional", "ExpandableField"):
            other = "null" if head == "Optional" else "string"
            return _any_of([{"type": other}, self.schema(inner)])
        if head == "Union":
            return _any_of([self.schema(item) for item in _items(inner)])
        if head in LISTS:
            return {"type": "array", "items": self.schema(inner)}
        if head in MAPS:
            values = self.schema(_items(inner)[-1])
            return {"type": "object", "additionalProperties": values}
        if head == "ListObject":
            return list_of(self.schema(inner))
        raise SchemaError(f"unknown generic {head} in {self.path}")

    def _named(self, name):
        if name in self.inner:
            return self.deriver.add(self.module_name, f"{self.path}.{name}")
        if name in SCALARS:
            return SCALARS[name]
        if name in MAPS:
            return {"type": "object"}
        mod = module(self.module_name)
        if name.split(".")[0] in mod.classes:
            return self.deriver.add(self.module_name, name)
        if name in mod.imports:
            return self.deriver.add(*mod.imports[name])
        raise SchemaError(f"unknown name {name} in {self.module_name}:{self.path}")


def list_of(items):
    """Return the schema of Stripe's list object around ``items``."""
    return {
        "type": "object",
        "properties": {
            "object": {"enum": ["list"]},
            "data": {"type": "array", "items": items},
            "has_more": {"type": "boolean"},
            "url": {"type": "string"},
        },
        "required": ["object", "data", "has_more", "url"],
        "additionalProperties": False,
    }


def _any_of(options):
    """Join options; a string beside an enum of strings opens the enum."""
    flat = []
    for option in options:
        flat += option["anyOf"] if set(option) == {"anyOf"} else [option]
    if {"type": "string"} in flat:
        flat = [o for o in flat if not _strings_only(o)] + [{"type": "string"}]
    unique = [o for i, o in enumerate(flat) if o not in flat[:i]]
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


def _strings_only(schema):
    return schema.get("type") == "string" or (
        "enum" in schema and all(isinstance(value, str) for value in schema["enum"])
    )


def _unquote(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ast.parse(node.value, mode="eval").body
    return node


def _head(node):
    node = _unquote(node)
    return ast.unparse(node.value if isinstance(node, ast.Subscript) else node)


def _items(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]


def derive(objects, operations):
    """Return the schema document for the sandbox.

    :param dict objects: object name -> (module, class), e.g. ``charge``
    :param dict operations: ``"POST /v1/refunds"`` -> (module, class) of its parameters
    :return: ``{"$defs": ..., "objects": {name: ref}, "requests": {operation: ref}}``
    """
    deriver = Deriver()
    found = {name: deriver.add(*where) for name, where in objects.items()}
    asked = {name: deriver.add(*where) for name, where in operations.items()}
    return {"$defs": deriver.definitions, "objects": found, "requests": asked}


def load(objects, operations, cache_dir=None):
    """Return :func:`derive`'s document, from the cache when it was derived before.

    The key holds the SDK's version and this file's text: a change of either re-derives.
    """
    asked = json.dumps([objects, operations], sort_keys=True)
    text = version("stripe") + Path(__file__).read_text(encoding="utf-8") + asked
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder = Path(cache_dir or tempfile.gettempdir()) / "stripe_sandbox_schemas"
    target = folder / f"{digest}.json"
    if target.exists():
        return json.loads(target.read_text(encoding="utf-8"))
    document = derive(objects, operations)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as part:
        json.dump(document, part)
    Path(part.name).replace(target)  # atomic: two sandboxes may start at once
    return document
