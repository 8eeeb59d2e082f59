"""Whoever follows every link finds whole pages, each in one language, readable on a phone."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from hoaphuong.web.personas import PERSONAS
from tests.browser import Walk, chromium, needs_chromium
from tests.page_reading import read
from tests.wording import vietnamese

pytestmark = [pytest.mark.browser, pytest.mark.one_database, needs_chromium]
# One process has the city and its figures: making them takes longer than reading a page of each.
reading_one_city = pytest.mark.xdist_group("reading one city")
OF_EACH_ROUTE = 2
# A document's page leads elsewhere at each point of its way.
OF_SOME = {"documents:document": 20}
HOLE = re.compile(r"%\(\w+\)[sd]|{\w*}")
# A visitor who follows a link to what needs an account is shown the sign-in page.
WALKED = {
    "dossiers:desk", "dossiers:rejects", "dossiers:apply", "warehouse:table_csv",
    "documents:document", "documents:edit", "documents:preview", "documents:register",
    "documents:arrivals", "documents:incoming", "documents:assignment", "documents:steering",
    "documents:to_sign", "documents:to_issue", "documents:check", "documents:check_number",
    "documents:heads", "signing:batch", "signing:check", "exchange:log",
    "notices:own", "notices:preferences", "notices:dead",
}  # fmt: skip
ASKS_TO_SIGN_IN = {"work:inbox", "warehouse:scoreboard", "dossiers:mine", "dossiers:apply"}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def counted_city(city_template, tmp_path_factory):
    """A city whose figures are published; these tests only read it."""
    with city_template.copied(tmp_path_factory.mktemp("read") / "city") as city:
        worker = city.start_worker()
        city.wait((city.home / "lake" / "out" / "city.sqlite3").exists, patience=90)
        worker.terminate()
        city.start_web()
        yield city


@dataclass(frozen=True)
class Found:
    """One page that was reached, by whom, and by which route."""

    who: str
    path: str
    route: str
    status: int
    url: str
    body: str

    @cached_property
    def reading(self):
        return read(self.body)


def route_of(path):
    try:
        found = resolve(path)
    except Resolver404:
        return "nothing there"
    return found.view_name or found.route


def followed(walk, who, of_each=OF_EACH_ROUTE):
    """Every page that links lead to from the first one, a few of each route."""
    todo, seen, by_route = ["/"], {"/"}, Counter()
    while todo:
        path = todo.pop(0)
        route = route_of(urlsplit(path).path)
        by_route[route] += 1
        if by_route[route] > OF_SOME.get(route, of_each) or route == "web:language":
            continue
        answer = walk.context.request.get(path)
        html = "html" in answer.headers.get("content-type", "")
        found = Found(who, path, route, answer.status, answer.url, answer.text() if html else "")
        yield found
        for link in found.reading.links:
            leads = urlsplit(urljoin(found.url, link))._replace(fragment="")
            assert leads.geturl().startswith(walk.address), f"{path} leads away to {link}"
            inside = leads._replace(scheme="", netloc="").geturl()
            if inside not in seen:
                seen.add(inside)
                todo.append(inside)


@cache
def words(language):
    """The site's own words of one language that the other language says otherwise."""
    catalogue = {said: other for (_context, said), other in vietnamese().items() if other != said}
    return frozenset(catalogue if language == "en" else set(catalogue.values()) - set(catalogue))


@cache
def patterns(language):
    """The same for words with holes, when enough is said around the holes."""
    holed = (HOLE.split(text) for text in words(language) if HOLE.search(text))
    return [
        re.compile(".+".join(map(re.escape, parts)))
        for parts in holed
        if max(len(part.strip()) for part in parts) > 6
    ]


def foreign(reading, language):
    """What of the site's own words is in the other language."""
    other = "en" if language == "vi" else "vi"
    spoken = reading.words_in(language)
    whole = {text for text in spoken if text in words(other)}
    return whole | {
        text for text in spoken if any(pattern.fullmatch(text) for pattern in patterns(other))
    }


@reading_one_city
@pytest.mark.parametrize(
    ("language", "of_each"),
    [("vi", OF_EACH_ROUTE), pytest.param("en", OF_EACH_ROUTE, marks=pytest.mark.slow)],
)
def test_whoever_follows_every_link_finds_whole_pages_in_one_language(
    counted_city, browser, language, of_each
):
    wrong, routes = [], set()
    for who in ("", *(persona.username for persona in PERSONAS)):
        walk = Walk(browser, counted_city.address, width=360, language=language)
        if who:
            walk.become(who)
            walk.pass_second_factor()
        for page in followed(walk, who, of_each):
            routes.add(page.route)
            at = (page.who, page.path)
            if page.status != 200:
                wrong.append((*at, page.status))
            elif urlsplit(page.url).path != urlsplit(page.path).path:
                if who or page.route not in ASKS_TO_SIGN_IN:
                    wrong.append((*at, f"is sent on to {page.url}"))
            elif page.body:
                reading = page.reading
                if (reading.lang, reading.h1) != (language, 1) or not reading.title:
                    wrong.append((*at, reading.lang, reading.h1, reading.title))
                wrong += [(*at, text) for text in foreign(reading, language)]
        walk.context.close()
    assert wrong == []
    assert WALKED - routes == set()


def test_a_word_of_the_other_language_is_found():
    page = read('<html lang="en"><p>Việc cần làm</p><p lang="vi">Đăng xuất</p><p>Inbox</p>')
    assert {"Việc cần làm", "Đăng xuất"} <= words("vi")
    assert foreign(page, "en") == {"Việc cần làm"}


@reading_one_city
@pytest.mark.parametrize(
    ("people", "of_each"),
    [
        (("", "phuong", "mai", "lan", "hung", "du", "ngan"), 1),
        pytest.param(
            ("", *(one.username for one in PERSONAS)), OF_EACH_ROUTE,
            marks=[pytest.mark.slow, pytest.mark.timeout(1_200)],
        ),
    ],
    ids=["a page of each route", "everyone"],
)  # fmt: skip
def test_no_page_scrolls_sideways_or_shuts_anybody_out(counted_city, browser, people, of_each):
    from axe_playwright_python.sync_playwright import Axe

    found, seen = {}, set()
    for who in people:
        walk = Walk(browser, counted_city.address, width=360, language="vi")
        if who:
            walk.become(who)
            walk.pass_second_factor()
        for page in list(followed(walk, who, of_each)):
            known = (page.route, who == "lan") if of_each == 1 else page.path
            if not page.body or known in seen:
                continue
            seen.add(known)
            walk.open(page.path)
            violations = Axe().run(walk.page).response["violations"]
            if serious := [v["id"] for v in violations if v["impact"] in ("serious", "critical")]:
                found[page.path] = serious
        assert walk.errors == []
        walk.context.close()
    assert found == {}
