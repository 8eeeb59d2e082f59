"""The invented people a visitor of the demonstration can be."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Persona:
    username: str
    name: str
    role: Any
    does: Any
    face: str


PERSONAS = (
    Persona(
        "phuong",
        "Nguyễn Thị Hải Phượng",
        _("Citizen"),
        _("Applies for a service, follows her dossiers"),
        "citizen",
    ),
    Persona(
        "cang",
        "Trần Văn Cảng",
        _("Business owner"),
        _("Applies for his company"),
        "citizen",
    ),
    Persona(
        "mai",
        "Lê Thị Mai",
        _("One-stop clerk"),
        _("Receives dossiers and checks papers"),
        "officer",
    ),
    Persona(
        "son", "Phạm Minh Sơn", _("Case officer"), _("Processes dossiers and decides"), "officer"
    ),
    Persona("lan", "Đỗ Ngọc Lan", _("Head of office"), _("Sees and assigns the work"), "officer"),
    Persona(
        "ngan",
        "Đoàn Thị Kim Ngân",
        _("Accountant of the ward"),
        _("Compares each day with the bank, asks for refunds, closes the day"),
        "officer",
    ),
    Persona(
        "thu",
        "Ngô Thị Thu",
        _("Records clerk of the city's office"),
        _("Registers what arrives, numbers and seals what is issued"),
        "officer",
    ),
    Persona(
        "khanh",
        "Đặng Quốc Khánh",
        _("Head of the city's office"),
        _("Gives tasks, reviews and signs"),
        "officer",
    ),
    Persona(
        "khoa",
        "Trịnh Đức Khoa",
        _("Accountant of the city"),
        _("Reads the bank's statements, keeps the city's books"),
        "officer",
    ),
    Persona("hung", "Vũ Quốc Hưng", _("City leader"), _("Reads the scoreboard"), "leader"),
    Persona(
        "du", "Hoàng Gia Dữ", _("Data steward"), _("Looks after procedures and data"), "officer"
    ),
    Persona("tri", "Bùi Đức Trị", _("Administrator"), _("Looks after staff and roles"), "officer"),
)
