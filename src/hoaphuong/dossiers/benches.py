"""How quickly the pages of dossiers answer, as an officer with ordinary rights and as anyone."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hoaphuong.dossiers.catalogue.shipped import shipped
from hoaphuong.kernel.benching import Bench, City, Figure, Place, Visitor, in_turn, percentile

WITHIN_MS = 50.0
WARM, ASKED, AT_ONCE = 60, 600, 2
OFFICER = "son"
CATALOGUE = 2_642  # as many as the national portal's lists hold that the importer was built for
INBOX = "/co-quan"
DOSSIER = re.compile(r'href="(/co-quan/ho-so/[0-9a-z]+)"')
NUMBER = re.compile(r"H24[\w.]*-\d{6,8}-\d{4,7}")
WORDS = ("khai sinh", "dat dai", "xây dựng", "phuong tien", "cap giay phep", "ket hon", "tau bien")


def answer_times(place: Place, visitors: list[Visitor], paths: list[str]) -> Figure:
    """Milliseconds that 95 of 100 answers take at most, two browsers asking at once.

    Measured at the browser's end of loopback, so waiting for a thread and transport are in it.
    """
    figure = _percentile_ms(visitors, paths)
    bare = place.bare()
    reference = _percentile_ms([place.visitor_of(bare) for _ in visitors], ["/"])
    return Figure(
        figure=figure,
        unit="ms",
        reference=reference,
        reference_is="ms, a bare Django view of one row",
        target=WITHIN_MS,
        more_is_better=False,
        about=f"p95 of {ASKED} answers, {len(paths)} different addresses, {AT_ONCE} browsers",
    )


def _percentile_ms(visitors: list[Visitor], paths: list[str]) -> float:
    def ask(visitor: Visitor, times: int, first: int) -> list[float]:
        taken = []
        for path in in_turn(paths[first:] + paths[:first], times):
            answer = visitor.get(path)
            if answer.status != 200:
                raise ValueError(f"{path} answered {answer.status}")
            taken.append(answer.seconds)
        return taken

    firsts = [n * len(paths) // len(visitors) for n in range(len(visitors))]
    with ThreadPoolExecutor(len(visitors)) as browsers:
        for times in (WARM // len(visitors), ASKED // len(visitors)):
            rounds = browsers.map(ask, visitors, [times] * len(visitors), firsts)
            taken = [seconds for round in rounds for seconds in round]
    return round(1_000 * percentile(taken, 0.95), 1)


def _officers(city: City) -> list[Visitor]:
    return [city.visitor(OFFICER) for _ in range(AT_ONCE)]


def _seen_in_inbox(city: City, what: re.Pattern[str]) -> list[str]:
    """What the officer's inbox shows on its first pages."""
    officer = city.visitor(OFFICER)
    found = [
        hit
        for page in range(1, 9)
        for hit in what.findall(officer.get(f"{INBOX}?page={page}").body)
    ]
    if not found:
        raise ValueError("the officer's inbox is empty")
    return sorted(set(found))


def inbox(place: Place) -> Figure:
    """The inbox: first and later pages, searches, filters."""
    city = place.city()
    asked = [
        "",
        "?page=2",
        "?page=5",
        "?overdue=1",
        "?mine=1",
        "?stage=1",
        "?stage=4",
    ]
    asked += [f"?q={word.replace(' ', '+')}" for word in ("nguyen", "H24", "khai sinh", "kết hôn")]
    return answer_times(place, _officers(city), [_quoted(INBOX + more) for more in asked])


def dossier_page(place: Place) -> Figure:
    """A dossier with its form, papers and timeline: every one that the inbox shows first."""
    city = place.city()
    return answer_times(place, _officers(city), _seen_in_inbox(city, DOSSIER))


def procedure_search(place: Place) -> Figure:
    """A search among as many procedures as the national portal's lists hold."""
    city = place.city()
    _fill_catalogue(city)
    asked = ["/thu-tuc", *(f"/thu-tuc?q={word.replace(' ', '+')}" for word in WORDS)]
    asked += [f"/thu-tuc?q=thu+tuc&page={page}" for page in range(1, 6)]
    return answer_times(place, _officers(city), [_quoted(path) for path in asked])


def _fill_catalogue(city: City) -> None:
    """Bring the catalogue to its size with invented procedures, by the importer."""
    path = Path(city.home, "invented-procedures.csv")
    known = shipped()
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("ma_thu_tuc", "ten_thu_tuc", "linh_vuc", "cap_thuc_hien", "thoi_han"))
        for number in range(CATALOGUE - len(known)):
            like: Any = known[number % len(known)]
            name = f"{like.name} (hư cấu {number})"
            rows.writerow(
                (f"9.{number:06}", name, like.sector, "Cấp xã", f"{number % 30 + 1} Ngày làm việc")
            )
    city.python("hoaphuong", "import", "procedures", str(path), "--json")


def tracking(place: Place) -> Figure:
    """The public page of a dossier's state, by number, without signing in."""
    city = place.city()
    paths = [f"/tra-cuu?so={number}" for number in _seen_in_inbox(city, NUMBER)]
    return answer_times(place, [city.visitor() for _ in range(AT_ONCE)], paths)


def tracking_rate(place: Place) -> Figure:
    """Requests a second of the public tracking page; at least a quarter of a bare view's."""
    city = place.city()
    paths = [f"/tra-cuu?so={number}" for number in _seen_in_inbox(city, NUMBER)]
    reference = place.requests_per_second(place.bare(), ["/"])
    figure = place.requests_per_second(city.address, paths)
    return Figure(
        figure=figure,
        unit="requests/s",
        reference=reference,
        reference_is="requests/s, a bare Django view of one row",
        target=round(reference / 4, 1),
        about=f"{len(paths)} different numbers, every hit counted by the rate limiter",
    )


def _quoted(path: str) -> str:
    return quote(path, safe="/?=&+.")


BENCHES: dict[str, Bench] = {
    "inbox": inbox,
    "dossier_page": dossier_page,
    "procedure_search": procedure_search,
    "tracking": tracking,
    "tracking_rate": tracking_rate,
}
