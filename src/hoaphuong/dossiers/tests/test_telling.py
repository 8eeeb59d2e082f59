"""The applicant hears of each step of a dossier once, and of nothing that is long past."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hoaphuong.documents.models import Document
from hoaphuong.documents.tests.factories import issued, person, signed
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.notices import NOTICES
from hoaphuong.dossiers.tests import factories
from hoaphuong.dossiers.tests.test_fees import lines
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import reactions, sealing
from hoaphuong.notices import queries as notices
from hoaphuong.notices.contracts import Named
from hoaphuong.notices.models import Notice
from hoaphuong.notices.rules import SHORT, kept, short

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(demo_city) -> str:
    return str(identity.demo_account("mai").agency_id)


def listen() -> None:
    sealing.seal(sealing.JOURNAL)
    while reactions.react():
        pass


def told(account: str = "phuong", language: str = "vi") -> list[str]:
    key = identity.demo_account(account).key
    _page, found = notices.notices(key, language=language)
    return [one.subject for one in reversed(found)]


def test_an_applicant_hears_of_each_step_once(ward):
    now = timezone.now()
    dossier = factories.submit(ward, at=now)
    number = dossier.number
    actions.receive(key=dossier.key, by=person("mai"), at=now)
    actions.process(key=dossier.key, by=person("son"), at=now)
    actions.ask_supplement(key=dossier.key, note="Bản sao", by=person("son"), at=now)
    actions.supply(key=dossier.key, files={}, note="", by=dossier.account_key, at=now)
    actions.decide(
        key=dossier.key, outcome="granted", note="", by=person("son"), at=now, with_document=True
    )
    issued(signed(Document.objects.get(dossier=dossier.key)), at=timezone.now())
    for _ in range(2):
        listen()
    assert sorted(told()) == sorted([
        f"Hồ sơ {number} đã được tiếp nhận",
        f"Hồ sơ {number} cần bổ sung giấy tờ",
        f"Hồ sơ {number}: Được giải quyết",
        f"Đã có kết quả hồ sơ {number}",
    ])  # fmt: skip
    assert f"Dossier {number}: Granted" in told(language="en")
    assert set(Notice.objects.values_list("about", flat=True)) == {dossier.key}
    assert "Bản sao" not in str(list(Notice.objects.values()))


def test_an_applicant_hears_what_fee_is_to_be_paid(ward):
    now = timezone.now()
    dossier = factories.submit(ward, at=now)
    actions.receive(key=dossier.key, by=person("mai"), at=now)
    actions.process(key=dossier.key, by=person("son"), at=now)
    actions.ask_payment(key=dossier.key, lines=lines(), by=person("son"), at=now)
    listen()
    assert told()[-1] == f"Hồ sơ {dossier.number} cần nộp phí, lệ phí: 8.000 đ"
    assert "8,000 VND" in told(language="en")[-1]


def test_what_is_long_past_is_no_news(ward):
    before = timezone.now() - timedelta(days=8)
    dossier = factories.submit(ward, at=before)
    actions.receive(key=dossier.key, by=person("mai"), at=before)
    listen()
    assert told() == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", NOTICES, ids=lambda one: one.code)
def test_an_sms_of_a_dossier_is_whole_and_names_nobody(kind, language):
    longest = {
        "number": "H24.112-20261129-000001",
        "procedure": Named("Thủ tục " * 30, "Procedure " * 30),
        "agency": Named("Ủy ban nhân dân phường " * 3),
        "due_on": Named("chưa xác định", "not set"),
        "amount": Named("123.456.789 đ"),
        "outcome": Named("Không đồng ý giải quyết", "Refused"),
    }
    facts = {name: kept(longest[name]) for name in kind.places}
    said = notices.words(kind.code, facts, language)
    assert said.short == short(said.short)
    assert not said.short.endswith("...")
    assert len(said.short) <= SHORT
    assert "{" not in said.subject + said.text + said.short
