"""The city's agencies as its configuration file and the list of divisions say."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hoaphuong.identity.contracts import AgencyFacts
from hoaphuong.reference import queries as reference
from hoaphuong.reference.contracts import Division

LAST_DISTRICT_DAY = date(2025, 6, 30)
STATES = (date(2023, 1, 1), date(2025, 1, 1))
TWO_TIERS_FROM = date(2025, 7, 1)


def agencies_of(city: Mapping[str, Any]) -> list[AgencyFacts]:
    """Every agency of the city through time, parents before children."""
    listed = [
        AgencyFacts(
            code=row["code"],
            dotted=row["dotted"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            parent=row.get("parent"),
            division=row.get("division", ""),
            valid_from=row["from"],
            valid_to=row.get("to"),
        )
        for row in city["agency"]
    ]
    root = listed[0].code
    return [*listed, *_three_tiers(city, root), *_two_tiers(city, root)]


def _facts(
    city: Mapping[str, Any],
    division: Division,
    *,
    code: str,
    dotted: str,
    parent: str,
    since: date,
    until: date | None,
) -> AgencyFacts:
    named = city["division_agencies"]
    return AgencyFacts(
        code=code,
        dotted=dotted,
        name=named["name"].format(division=_lower_kind(division.name_vi)),
        name_en=named["name_en"].format(division=division.name_en),
        kind="commune" if division.level == "commune" else "district",
        parent=parent,
        division=division.code,
        valid_from=since,
        valid_to=until,
    )


def _lower_kind(name: str) -> str:
    """«Quận Lê Chân» reads «quận Lê Chân» inside another name."""
    return name[:1].lower() + name[1:]


def _three_tiers(city: Mapping[str, Any], root: str) -> Iterator[AgencyFacts]:
    """Districts and communes until June 2025; a code stands for a place through its reforms."""
    organisation, first = city["organisation"], city["division_agencies"]["first_district"]
    latest: dict[str, Division] = {}
    since: dict[str, date] = {}
    until: dict[str, date] = {}
    for state, end in zip(STATES, (date(2024, 12, 31), LAST_DISTRICT_DAY), strict=True):
        for division in reference.divisions(state, within=city["province"]):
            latest[division.code] = division
            since.setdefault(division.code, STATES[0])
            until[division.code] = end
    districts = sorted(code for code, d in latest.items() if d.level == "district")
    for number, district in enumerate(districts, start=first):
        yield _facts(
            city,
            latest[district],
            code=f"000.00.{number:02}.{organisation}",
            dotted=f"{organisation}.{number:02}",
            parent=root,
            since=since[district],
            until=until[district],
        )
        communes = sorted(c for c, d in latest.items() if d.parent_code == district)
        for place, commune in enumerate(communes, start=1):
            yield _facts(
                city,
                latest[commune],
                code=f"000.{place:02}.{number:02}.{organisation}",
                dotted=f"{organisation}.{number:02}.{place:02}",
                parent=f"000.00.{number:02}.{organisation}",
                since=since[commune],
                until=until[commune],
            )


def _two_tiers(city: Mapping[str, Any], root: str) -> Iterator[AgencyFacts]:
    """Wards, communes and special zones straight below the city since July 2025."""
    organisation, first = city["organisation"], city["division_agencies"]["first_commune_block"]
    communes = reference.divisions(TWO_TIERS_FROM, level="commune", within=city["province"])
    for index, commune in enumerate(communes):
        block, place = first + index // 90, index % 90 + 1
        yield _facts(
            city,
            commune,
            code=f"000.{place:02}.{block:02}.{organisation}",
            dotted=f"{organisation}.{block:02}.{place:02}",
            parent=root,
            since=TWO_TIERS_FROM,
            until=None,
        )


def department_for(city: Mapping[str, Any], sector: str, *, on: date) -> str:
    """Code of the department that answers a sector's procedures at city level on a day."""
    folded = sector.casefold()
    era = "until_2025_02" if on < date(2025, 3, 1) else "since_2025_03"
    for row in city["sector_agency"]:
        if any(word in folded for word in row["words"]):
            return row[era]
    return city["agency"][0]["code"]
