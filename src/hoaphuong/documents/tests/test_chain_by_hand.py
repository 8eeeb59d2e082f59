"""The script of docs/documents.md, run as it stands there on what anyone can see."""

import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from hoaphuong.documents import actions, papers
from hoaphuong.documents.rules import full_number
from hoaphuong.documents.tests.factories import AT, attached_to, drafted, through
from hoaphuong.files.queries import open_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def script(tmp_path):
    """The only Python of the page, as a file."""
    text = (settings.ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "recompute.py"
    path.write_text(code, encoding="utf-8")
    return path


def run(script, page) -> str:
    words = [sys.executable, "-I", script, page]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_anyone_recomputes_the_head_of_a_day_with_the_script_of_the_documentation(
    demo_city, client, script, tmp_path
):
    through(drafted())
    second_day = AT + timedelta(days=1)
    documents = [through(drafted(), at=second_day) for _ in range(2)]
    heads = [actions.publish_head(day=at.date(), stamp=None, at=AT) for at in (AT, second_day)]

    page = tmp_path / "day.html"
    page.write_bytes(client.get(reverse("documents:chain", args=[second_day.date()])).content)
    assert run(script, page) == f"{heads[1].hash} is the head"

    entry = documents[0].entry
    changed = page.read_text(encoding="utf-8").replace(entry.digest, "0" * 64)
    page.write_text(changed, encoding="utf-8")
    assert run(script, page).endswith("is NOT the head that was published")


def test_who_has_a_paper_finds_it_among_the_entries_with_the_same_script(
    demo_city, script, tmp_path
):
    draft = drafted()
    attached_to(draft)
    document = through(draft)
    paper, attachment = tmp_path / "paper.pdf", tmp_path / "attachment.pdf"
    paper.write_bytes(papers.content_of(document))
    with open_file(document.attachments.get().file_key) as sealed:
        attachment.write_bytes(sealed.read())
    known: dict = {}
    exec(script.read_text(encoding="utf-8").partition("link, head")[0], known)
    digest = known["digest"](
        paper,
        full_number(document.number, document.notation),
        document.agency_code,
        document.issued_on.isoformat(),
        attachment,
    )
    assert digest == document.entry.digest
