"""Every route of the house, walked and never listed, and what each person gets of it.

What a route needs is read from its own declaration; what that means for whom, from the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from ninja.security import SessionAuth

from hoaphuong.kernel.access import Access, Holding, permissions
from hoaphuong.web.urls import api
from tests.leak_tables import (
    API_STEPS,
    COVERS,
    DEMONSTRATION,
    EITHER,
    EMPTY_FORMS,
    NINJA,
    OF_THE_CITY,
    OWN_ACCOUNT,
    PEOPLE,
    PLACES,
    RIGHTS,
    ROWS,
    SHOWS,
    SIGN_IN,
    SIGNERS,
    STATUS,
    TRIED_BY_ALL,
    VERBS,
)


@dataclass(frozen=True)
class Route:
    """One address, or one step of it, with what it says it needs."""

    name: str
    path: str
    places: tuple[str, ...]
    access: Access | None
    methods: tuple[str, ...] = ()
    step: str = ""
    values: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.name}-{self.step}" if self.step else self.name

    @property
    def of_a_row(self) -> bool:
        return any(self.values.get(name, "").startswith(".") for name in self.places)

    @property
    def in_api(self) -> bool:
        return self.path.startswith("api/")

    @property
    def part(self) -> str:
        """The app, and for the largest app the folder its pages are in."""
        app = self.name.partition(":")[0] if ":" in self.name else "account"
        return f"{app}-{self.path.partition('/')[0]}" if app == "dossiers" else app

    @property
    def from_library(self) -> bool:
        return self.name in SIGN_IN | OWN_ACCOUNT | NINJA

    @property
    def status(self) -> int | str | None:
        """The status from which the step may be taken."""
        if self.step:
            return VERBS[self.name][self.step][1]
        return API_STEPS[self.name][1] if self.name in API_STEPS else STATUS.get(self.name)

    @property
    def stands_for_others(self) -> bool:
        """Whether this is no step, or the step that is tried in the place of its page's others."""
        return not self.step or self.step in TRIED_BY_ALL

    @property
    def needs(self) -> str:
        """What is missing before this route has an expectation; empty when nothing is."""
        if self.access is None:
            return "a guard: page(permission=…), page(public=True), or auth in the API"
        missing = [name for name in self.places if name not in self.values]
        if missing:
            return f"an entry in PLACES for {', '.join(missing)}"
        if self.access.permission and self.access.permission not in RIGHTS:
            return f"an entry in RIGHTS for {self.access.permission}"
        if self.in_api and not self.access.public and not self.access.permission:
            return "" if self.name in EITHER else "Holding(…), or an entry in EITHER"
        steps = self.in_api and "POST" in self.methods and not self.access.public
        if steps and self.name not in API_STEPS:
            return "an entry in API_STEPS"
        return "" if self.from_library or self._can_be_asked() else "a pattern with one address"

    def _can_be_asked(self) -> bool:
        places = (*self.places, "verb") if self.step else self.places
        try:
            reverse(self.name, kwargs=dict.fromkeys(places, "a"))
        except NoReverseMatch:
            return False
        return True

    def address(self, row: Any) -> str:
        """The route's address for one planted row."""
        values = {
            name: getattr(row, value[1:]) if value.startswith(".") else value
            for name, value in self.values.items()
            if name in self.places
        }
        if self.step:
            values["verb"] = self.step
        return reverse(self.name, kwargs=values)

    def record(self, row: Any) -> str:
        """The key of the record that an access line must name."""
        return str(getattr(row, self.values[self.places[0]][1:]))

    def belongs_to(self, person: str, whose: str) -> bool:
        """Whether a row of this route is the person's own: a batch is who ordered it's."""
        signs = self.values.get("key") in (".batch", ".prepared")
        return person == (SIGNERS[whose] if signs else whose)

    def rights(self, row_is_own: bool) -> tuple[str, str]:
        """The right at the door, and the right over the row."""
        if self.name in EITHER:
            applies, views = EITHER[self.name]
            return "", applies if row_is_own else views
        assert self.access is not None
        held = self.access.permission
        if self.step:
            return held, VERBS[self.name][self.step][0]
        return held, API_STEPS[self.name][0] if self.name in API_STEPS else held


def _operations() -> dict[str, Any]:
    found = {}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            full = "/".join(part.strip("/") for part in ("api", prefix, path) if part.strip("/"))
            found[full.replace("{", "<").replace("}", ">")] = view.operations
    return found


def _guard(operation: Any) -> Access:
    """What an operation of the API needs; ``auth`` that is no session is refused by ``needs``."""
    [auth] = operation.auth_callbacks or [None]
    if isinstance(auth, Holding):
        return Access(permission=auth.permission, second_factor=auth.second_factor)
    return Access(public=auth is None) if auth is None or isinstance(auth, SessionAuth) else None


def _patterns(resolver: Any, space: str = "", path: str = "") -> Iterator[tuple[str, str, Any]]:
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, entry.namespace or space, here)
        elif isinstance(entry, URLPattern):
            yield f"{space}:{entry.name}" if space else str(entry.name), here, entry


def routes() -> list[Route]:
    """Every route, each step of a page and each operation of the API by itself."""
    found = []
    operations = _operations()
    for name, path, entry in _patterns(get_resolver()):
        pattern = entry.pattern
        places = tuple(pattern.converters) or tuple(pattern.regex.groupindex)
        fits = [start for start in PLACES if path.startswith(start)]
        values = PLACES[max(fits, key=len)] if fits else {}
        about = {"name": name, "path": path, "places": places, "values": values}
        if name in SIGN_IN | NINJA or name in OWN_ACCOUNT:
            found.append(Route(**about, access=Access(public=name not in OWN_ACCOUNT)))
        elif path in operations:
            for one in operations.pop(path):
                method = tuple(sorted(one.methods))
                named = about | {"name": f"api:{one.view_func.__name__}"}
                found.append(Route(**named, access=_guard(one), methods=method))
        else:
            access = getattr(entry.callback, "access", None)
            if name in VERBS:
                about |= {"places": tuple(one for one in places if one != "verb")}
                found += [Route(**about, access=access, step=step) for step in VERBS[name]]
            else:
                found.append(Route(**about, access=access))
    assert not operations, f"operations without an address: {list(operations)}"
    return found


@dataclass(frozen=True)
class Expected:
    """``open``, or how it is refused: ``sign in`` (a page's redirect, 401), 403 or 404."""

    answer: str
    access_lines: int = 0


def expected(route: Route, person: str, whose: str, method: str) -> Expected:
    """What one person gets of one route for one row."""
    assert route.access is not None
    kind = PEOPLE[person]
    if route.name in DEMONSTRATION or route.name == "api:api-root":
        return Expected("404")
    if route.access.public:
        return Expected("open")
    if person == "nobody":
        return Expected("sign in")
    own = route.belongs_to(person, whose)
    door, right = route.rights(own)
    if route.name in EITHER:
        if not any(kind.role in RIGHTS[one][0] for one in EITHER[route.name]):
            return Expected("403")
        door = right
        if kind.role not in RIGHTS[right][0]:
            return Expected("404")
    if not door:  # for any account, and of its own rows only
        return Expected("404" if route.of_a_row and not own else "open")
    if kind.role not in RIGHTS[door][0]:
        return Expected("403")
    scope = RIGHTS[right][1]
    if route.of_a_row and scope == "owner" and not own:
        return Expected("404")
    if route.of_a_row and scope == "agency":
        if ROWS[whose] not in COVERS[kind.place]:
            return Expected("404")
        if route.name in OF_THE_CITY and kind.place in ROWS.values():
            return Expected("404")
        if kind.role not in RIGHTS[right][0]:
            return Expected("403")
    looks = method == "GET" and route.name not in EMPTY_FORMS
    batch = route.name == "signing:batch"  # it names the documents that were not signed
    return Expected("open", int(looks and (scope == "agency" or route.name in SHOWS or batch)))


def visible(route: Route, person: str, whose: str) -> set[str]:
    """Whose secrets the answer may hold: one's own, and those that the route is there to show."""
    if expected(route, person, whose, "GET").answer != "open":
        return {person}
    if route.name in SHOWS:
        return {person} | SHOWS[route.name].get(person, set())
    if route.of_a_row and route.belongs_to(person, whose):
        return {person, whose}
    permission = RIGHTS.get(route.rights(person == whose)[1], ("", ""))
    if permission[1] != "agency" or route.in_api and route.methods == ("POST",):
        return {person}
    if route.of_a_row:
        return {person, whose}
    return {person} | {one for one, at in ROWS.items() if at in COVERS[PEOPLE[person].place]}


def people_for(route: Route) -> list[str]:
    """Everyone; where one test more would tell nothing new, one of each sort."""
    if route.from_library:
        return ["nobody", "owner", "clerk"]
    if not route.stands_for_others:
        return ["nobody", "owner", "clerk", "case officer", "head", "head elsewhere", "leader"]
    return list(PEOPLE)


def rows_for(route: Route, person: str) -> list[str]:
    """Whose rows a person tries: one's own, another's of the same agency, one elsewhere."""
    if not route.of_a_row:
        return ["owner"]
    other = "parent" if person == "owner" else "owner"
    return [one for one in ROWS if one in (person, other, "another citizen")]


def declared_rights() -> dict[str, tuple[set[str], str]]:
    """The rights as the apps' ``permissions.py`` declare them."""
    return {code: (set(one.roles), one.scope) for code, one in permissions().items()}
