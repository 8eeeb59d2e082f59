from datetime import UTC, datetime

import pytest
from django.http import Http404

from hoaphuong.files import actions, pages, queries, rules
from hoaphuong.files.tests.factories import office, pdf, photo, upload


def stored(content, name):
    return actions.store(
        upload=upload(content),
        name=name,
        by="a",
        at=datetime(2026, 3, 2, tzinfo=UTC),
        retention="dossier",
        allowed=rules.KNOWN,
    )


def kept(facts):
    with queries.open_file(facts.key) as stream:
        return stream.read()


def test_a_vietnamese_name_travels_in_the_header_of_a_download(home, rf):
    facts = stored(photo(), 'Căn cước "mới".jpg')

    response = pages.send(rf.get("/"), facts.key, inline=False)

    assert b"".join(response.streaming_content) == kept(facts)
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''C%C4%83n%20c%C6%B0%E1%BB%9Bc%20_m%E1%BB%9Bi_.jpg"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("content", "shown", "sandboxed"),
    [(pdf(), True, False), (photo(), True, True), (office(), False, True)],
    ids=["pdf", "photo", "word"],
)
def test_only_what_browsers_show_safely_is_shown(home, rf, content, shown, sandboxed):
    facts = stored(content, "a")

    response = pages.send(rf.get("/"), facts.key, inline=True)

    assert b"".join(response.streaming_content) == kept(facts)
    assert response.headers["Content-Disposition"].startswith("inline") is shown
    assert response.headers["Content-Security-Policy"].startswith("sandbox") is sandboxed
    assert response.headers["Content-Type"] == facts.media_type


def test_a_file_that_is_not_there_is_not_found(home, rf):
    with pytest.raises(Http404):
        pages.send(rf.get("/"), "none", inline=True)
