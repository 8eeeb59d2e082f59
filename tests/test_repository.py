"""The house rules a reviewer would otherwise have to remember."""

import ast
import configparser
import re
from datetime import date, datetime
from pathlib import Path
from types import UnionType
from typing import get_args, get_type_hints

import grimp
import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from hoaphuong.kernel.access import permissions
from hoaphuong.kernel.discovery import modules
from hoaphuong.kernel.field_classes import undeclared
from hoaphuong.kernel.values import Code, Money, Ref

REPOSITORY = Path(__file__).resolve().parent.parent
ROOT = REPOSITORY / "src" / "hoaphuong"
SOURCES = [
    path
    for path in ROOT.rglob("*.py")
    if not {"migrations", "tests"} & set(path.parts) and path.name != "bootstrap.py"
]
DOORS = {"actions", "queries", "contracts"}
# What a lower app offers by file name for upper apps to fill in or to draw with.
OFFERED = {
    "files": {"pages"},
    "work": {"kinds", "rules"},
    "notices": {"kinds"},
    "identity": {"configuration", "rules"},
    # Cores that know no rows; the demonstration signs at once what a signer would.
    "payments": {"fees"},
    "signing": {"signables", "pdf", "signer"},
}
ABOVE = {"web", "command"}


def layers() -> list[set[str]]:
    """Layers of the house, lowest first, as ``.importlinter`` names them."""
    config = configparser.ConfigParser()
    config.read(REPOSITORY / ".importlinter")
    lines = config["importlinter:contract:layers"]["layers"].split("\n")
    named = [{app.strip() for app in line.split("|")} for line in lines if line.strip()]
    return named[::-1]


HEIGHT = {app: height for height, layer in enumerate(layers()) for app in layer}


def test_apps_meet_only_at_their_doors():
    graph = grimp.build_graph("hoaphuong")
    trespasses = []
    for importer in graph.modules:
        if ".tests" in importer:
            continue
        if importer in ("hoaphuong.__main__", "hoaphuong.bootstrap"):
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            here, there = importer.split(".")[1:2], imported.split(".")
            if len(there) < 3 or here == there[1:2] or there[1] == "kernel":
                continue
            doors = DOORS | OFFERED.get(there[1], set())
            if here[0] not in ABOVE and there[2] not in doors:
                trespasses.append(f"{importer} -> {imported}")
    assert trespasses == []


def test_models_do_not_cross_apps():
    graph = grimp.build_graph("hoaphuong")
    crossing = [
        f"{importer} -> {imported}"
        for imported in graph.modules
        if imported.endswith(".models")
        for importer in graph.find_modules_that_directly_import(imported)
        if importer.split(".")[1] != imported.split(".")[1] and ".tests" not in importer
    ]
    assert crossing == []


def test_foreign_keys_point_down_and_leave_no_trace():
    for model in apps.get_models():
        for field in model._meta.fields:
            other = field.related_model and field.related_model._meta.app_label
            here = model._meta.app_label
            if here in HEIGHT and other in HEIGHT and other != here:
                assert HEIGHT[other] < HEIGHT[here], field
                assert field.remote_field.related_name == "+", field


WRITES = {
    "save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete",
}  # fmt: skip
RAW = re.compile(r"\b(insert\s+into|update\s+\w+\s+set|delete\s+from)\b", re.IGNORECASE)
# The lake and its published copies are files of the warehouse, not rows of the city.
OWN_FILES = {"warehouse"}
# Stand-ins play outside systems in processes of their own, with files of their own.
STAND_INS = {"authority", "axis", "bank"}
WRITERS = {"actions.py", "demo.py"}


def _writes(node: ast.Call) -> bool:
    assert isinstance(node.func, ast.Attribute)
    name = node.func.attr
    if name == "update":  # a dict's and a hash's update write nothing
        return not node.args and any(k.arg for k in node.keywords)
    return name in WRITES


def _knows_rows(tree: ast.Module) -> bool:
    """Whether a module could have a row in hand: a picture is saved without any."""
    imported = {
        f"{node.module or ''}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return any(
        name.startswith("django.db") or {"models", "queries", "actions"} & set(name.split("."))
        for name in imported
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_actions_write(path):
    app = path.relative_to(ROOT).parts[0]
    if path.name in WRITERS or path.parent.name == "actions" or app in {"kernel", *OWN_FILES}:
        return
    if path.parent.name in STAND_INS:
        return
    tree = ast.parse(path.read_text())
    if not _knows_rows(tree):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert not _writes(node), f"{path}:{node.lineno} writes; move it to actions"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not RAW.search(node.value), f"{path}:{node.lineno} writes by raw SQL"


PUBLIC_PAGES = {
    "payments:order", "payments:pay", "payments:leaving", "payments:transfer", "payments:qr",
    "payments:check_receipt",
    "web:home", "web:language", "web:personas", "web:become", "web:help", "web:healthz",
    "dossiers:procedures", "dossiers:procedure", "dossiers:track", "dossiers:track_token",
    "warehouse:tables", "warehouse:table_csv", "signing:check", "documents:check",
    "documents:check_number", "documents:heads", "documents:chain",
}  # fmt: skip
OTHERS = {"account", "api"}


def routes(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = entry.namespace or namespace
            if inner not in OTHERS and not str(entry.pattern).startswith("tai-khoan"):
                yield from routes(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}:{entry.name}", entry.callback


def test_every_page_names_its_permission_or_is_listed_as_public():
    for name, view in routes():
        access = getattr(view, "access", None)
        assert access is not None, f"{name} is not guarded"
        assert access.public == (name in PUBLIC_PAGES), name
        if access.permission:
            assert access.permission in permissions(), name


PUBLIC_API = {
    "/api/procedures", "/api/procedures/{code}", "/api/tracking/{number}", "/api/verification",
    "/api/payments/vnpay/ipn", "/api/payments/payplat/confirm",
}  # fmt: skip


def test_every_api_route_is_guarded_or_listed_as_public():
    from hoaphuong.web.urls import api

    unguarded = {
        path
        for path, operations in api.get_openapi_schema()["paths"].items()
        for operation in operations.values()
        if "security" not in operation
    }
    assert unguarded <= PUBLIC_API


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_fits_in_a_sitting(path):
    assert len(path.read_text().splitlines()) <= 320


EVENT_TYPES = {Ref, Code, Money, date, datetime, int, bool}


def events():
    for module in modules("contracts"):
        for value in vars(module).values():
            if isinstance(value, type) and isinstance(getattr(value, "name", None), str):
                yield value


@pytest.mark.parametrize("event", list(events()), ids=lambda e: e.name)
def test_events_carry_references_and_codes_only(event):
    hints = {k: v for k, v in get_type_hints(event).items() if k not in ("name", "subject")}
    for name, hint in hints.items():
        kinds = set(get_args(hint)) - {type(None)} if isinstance(hint, UnionType) else {hint}
        assert kinds <= EVENT_TYPES, f"{event.name}.{name} is {hint}"
    assert event.subject in hints


@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if m._meta.app_label in HEIGHT], ids=lambda m: m.__name__
)
def test_every_column_declares_its_class(model):
    assert undeclared(model) == []


def _tracked(pattern="*"):
    import subprocess

    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", pattern]
    found = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True)
    if found.returncode:
        pytest.skip("this is not a clone")
    return [REPOSITORY / name for name in found.stdout.split("\0") if name]


def test_no_file_names_a_machine_or_a_registry():
    hosts = re.compile(r"https?://[\w.-]*(pypi|npmjs|pythonhosted|debian)\.[a-z]+|file:" + "///")
    places = re.compile(r"(?<![\w.])/(work|root|farm)/[a-z.]")
    for path in _tracked():
        if path.suffix in {".png", ".jpg", ".woff2", ".otf", ".ttf"} or not path.exists():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not hosts.search(text), f"{path} names a registry's host"
        assert not places.search(text) or path.name == "test_repository.py", path


def test_locks_name_no_address():
    for path in REPOSITORY.glob("*.lock"):
        assert "://" not in path.read_text(), path
    assert '"resolved"' not in (REPOSITORY / "package-lock.json").read_text()
