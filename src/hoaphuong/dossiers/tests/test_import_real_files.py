"""The published files through the database: order does not matter, and again changes nothing."""

import time
from datetime import UTC, datetime

import pytest

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Procedure

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def hashes():
    return dict(Procedure.objects.values_list("code", "content_hash"))


@pytest.fixture
def files(shared_data):
    folder = shared_data / "procedures"
    names = ("tthc_index.csv", "tthc_sample_local.json")
    return [*sorted(folder.glob("tthc_full*")), *sorted(folder.glob("*.xlsx"))] + [
        folder / name for name in names
    ]


@pytest.mark.slow
def test_any_order_gives_one_catalogue_and_the_second_time_is_unchanged(city, files):
    orders = [files, files[::-1], [*files[3:], *files[:3]]]
    found = []
    for order in orders:
        Procedure.objects.all().delete()
        actions.store_shipped(at=AT)
        for path in order:
            report = actions.import_procedures(path=path, at=AT, by="a")
            assert report.read == report.accepted > 0
        found.append(hashes())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 2642
    for path in files:
        report = actions.import_procedures(path=path, at=AT, by="a")
        assert report.unchanged == report.accepted, path.name
    assert hashes() == found[0]


@pytest.mark.one_database
def test_the_index_and_the_full_texts_come_in_quickly(db, files):
    began = time.monotonic()
    for path in files:
        if path.name.startswith(("tthc_full", "tthc_index")):
            actions.import_procedures(path=path, at=AT, by="a")
    assert time.monotonic() - began < 60
