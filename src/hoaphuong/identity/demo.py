"""Invented people, organisations and staff of the demonstration city."""

import random
from datetime import UTC, date, datetime

from django.utils import timezone
from stdnum.vn import mst

from hoaphuong.identity import actions, queries
from hoaphuong.kernel.demo import Report
from hoaphuong.reference import queries as reference

ORDER = 10
BEGUN = datetime(2023, 1, 3, 1, tzinfo=UTC)
HOME_WARD = "phường Ngô Quyền"
SIZES = {"tiny": (20, 6), "small": (240, 24), "medium": (1_200, 80), "large": (4_000, 200)}

FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Đoàn",
    "Trịnh",
    "Lương",
]
MIDDLE = {
    "M": ["Văn", "Đức", "Minh", "Quang", "Hữu", "Xuân", "Quốc", "Gia"],
    "F": ["Thị", "Ngọc", "Thu", "Thanh", "Hải", "Bảo", "Kim", "Mai"],
}
GIVEN = {
    "M": [
        "An",
        "Bình",
        "Cường",
        "Dũng",
        "Đạt",
        "Hải",
        "Hiếu",
        "Hùng",
        "Khánh",
        "Khoa",
        "Lâm",
        "Long",
        "Mạnh",
        "Nam",
        "Phong",
        "Phúc",
        "Quân",
        "Sơn",
        "Thắng",
        "Tuấn",
        "Việt",
    ],
    "F": [
        "Anh",
        "Chi",
        "Dung",
        "Giang",
        "Hà",
        "Hạnh",
        "Hiền",
        "Hoa",
        "Hương",
        "Lan",
        "Linh",
        "Loan",
        "Mai",
        "Nga",
        "Ngân",
        "Nhung",
        "Oanh",
        "Phương",
        "Quỳnh",
        "Thảo",
        "Trang",
        "Yến",
    ],
}
STREETS = [
    "Lạch Tray",
    "Lê Lợi",
    "Trần Phú",
    "Điện Biên Phủ",
    "Cầu Đất",
    "Tô Hiệu",
    "Hai Bà Trưng",
    "Đà Nẵng",
    "Văn Cao",
    "Nguyễn Đức Cảnh",
]
TRADES = [
    "Vận tải",
    "Thương mại",
    "Xây dựng",
    "Thủy sản",
    "Logistics",
    "Cơ khí",
    "Du lịch",
    "May mặc",
]
PERSONAS = (
    ("phuong", "Nguyễn Thị Hải Phượng", "citizen", "", "Công dân"),
    ("cang", "Trần Văn Cảng", "citizen", "", "Chủ doanh nghiệp"),
    ("mai", "Lê Thị Mai", "clerk", "ward", "Công chức một cửa"),
    ("son", "Phạm Minh Sơn", "case_officer", "ward", "Chuyên viên"),
    ("lan", "Đỗ Ngọc Lan", "head", "ward", "Chánh Văn phòng"),
    ("ngan", "Đoàn Thị Kim Ngân", "accountant", "ward", "Kế toán"),
    ("thu", "Ngô Thị Thu", "clerk", "office", "Văn thư, Văn phòng UBND thành phố"),
    ("khanh", "Đặng Quốc Khánh", "head", "office", "Chánh Văn phòng UBND thành phố"),
    ("khoa", "Trịnh Đức Khoa", "accountant", "office", "Kế toán, Văn phòng UBND thành phố"),
    ("hung", "Vũ Quốc Hưng", "leader", "city", "Lãnh đạo thành phố"),
    ("du", "Hoàng Gia Dữ", "steward", "city", "Quản trị dữ liệu"),
    ("tri", "Bùi Đức Trị", "administrator", "city", "Quản trị hệ thống"),
)  # fmt: skip


def load(*, scale: str, report: Report) -> None:
    """Personas first, then people and organisations; what is there already stays."""
    people, organisations = SIZES[scale]
    _personas()
    _second_factors()
    report("Nhân vật", len(PERSONAS), len(PERSONAS))
    done = queries.count_people()
    for number in range(done, people):
        rng = random.Random(f"person-{number}")
        invent_person(rng)
        if number % 40 == 39:
            report("Người dân hư cấu", number + 1, people)
    report("Người dân hư cấu", people, people)
    for number in range(queries.count_organisations(), organisations):
        invent_organisation(random.Random(f"organisation-{number}"))
    report("Doanh nghiệp hư cấu", organisations, organisations)


def _personas() -> None:
    ward = next(
        a for a in queries.agencies().values() if a.name.endswith(HOME_WARD) and not a.valid_to
    )
    city = next(a for a in queries.agencies().values() if a.kind == "city")
    for username, name, role, place, position in PERSONAS:
        if queries.demo_account(username) is not None:
            continue
        sex = "M" if username in ("cang", "son", "khanh", "khoa", "hung", "du", "tri") else "F"
        born = date(1988, 5, 12)
        person = actions.record_person(
            full_name=name,
            personal_number=f"031{int(sex == 'F')}88{sum(map(ord, username)):06}",
            birth_date=born,
            sex=sex,
            phone="0912000000",
            email=f"{username}@haiphong.example",
            address=f"12 {STREETS[len(name) % len(STREETS)]}, {HOME_WARD}, Hải Phòng",
            division=ward.division,
            verified=True,
            by="demo",
            at=BEGUN,
        )
        agency = {"ward": ward.code, "office": city.code, "city": city.code}.get(place)
        account = actions.create_account(
            username=username,
            display_name=name,
            position=position,
            person=person.id,
            agency=agency,
            is_demo=True,
            by="demo",
            at=BEGUN,
        )
        actions.grant_role(
            account=account.pk,
            role=role,
            agency=None if place == "city" else agency,
            valid_from=BEGUN.date(),
            by="demo",
            at=BEGUN,
        )
        if username == "cang":
            company = invent_organisation(random.Random("cang"))
            actions.appoint_representative(person=person.id, organisation=company)


def _second_factors() -> None:
    """Each persona of the staff can sign, and so has an authenticator app."""
    for username, _name, role, _place, _position in PERSONAS:
        account = queries.demo_account(username)
        if role != "citizen" and account is not None:
            actions.give_demo_second_factor(account=account.pk)


def invent_person(rng: random.Random) -> int:
    """An invented person with a number that fits; the id."""
    sex = rng.choice("MF")
    born = date(rng.randint(1955, 2004), rng.randint(1, 12), rng.randint(1, 28))
    century = 0 if born.year < 2000 else 2
    middle, given = rng.choice(MIDDLE[sex]), rng.choice(GIVEN[sex])
    name = f"{rng.choice(FAMILY)} {middle} {given}"
    ward = rng.choice(reference.divisions(date(2023, 6, 1), level="commune", within="31"))
    return actions.record_person(
        full_name=name,
        personal_number=f"031{century + (sex == 'F')}{born:%y}{rng.randrange(10**6):06}",
        birth_date=born,
        sex=sex,
        phone=f"09{rng.randrange(10**8):08}",
        address=f"{rng.randint(1, 300)} {rng.choice(STREETS)}, {ward.name_vi}",
        division=ward.code,
        verified=True,
        by="demo",
        at=BEGUN,
    ).id


def invent_organisation(rng: random.Random) -> int:
    """An invented company with a right check digit; the id."""
    while True:
        stem = f"02{rng.randrange(10**7):07}"
        code = stem + mst.calc_check_digit(stem)
        if mst.is_valid(code):
            break
    name = (
        f"Công ty TNHH {rng.choice(TRADES)} {rng.choice(FAMILY)} {rng.choice(GIVEN['M'])} (hư cấu)"
    )
    return actions.record_organisation(
        tax_code=code,
        name=name,
        kind="enterprise",
        address=f"{rng.randint(1, 300)} {rng.choice(STREETS)}, Hải Phòng",
        by="demo",
        at=timezone.now(),
    ).id
