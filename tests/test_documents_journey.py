"""A decision from its draft to everyone it reaches: browsers, signers, authority and axis."""

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.browser import Walk, chromium, needs_chromium
from tests.test_journey import apply_for_birth_registration

PARTNER, PARTNER_CODE = "Bộ Trình diễn", "000.00.00.G98"
SUBJECT = "Thành lập Tổ rà soát thủ tục hành chính"
WHAT = "Cử một công chức tham gia Tổ rà soát"
FILLED = {
    "en": "The number and the day of issue were filled in after signing — the signer permits this",
    "vi": "Số và ngày ban hành được điền sau khi ký",
}
AUTHENTIC = {"en": "The document is authentic", "vi": "Văn bản xác thực"}
KINDS = {
    "en": ["Signature of a person", "Seal of an organisation", "Time stamp"],
    "vi": ["Chữ ký số của cá nhân", "Chữ ký số của cơ quan, tổ chức", "Dấu thời gian"],
}

FILES = """
import json
from hoaphuong.documents.models import DocumentFile
from hoaphuong.files.queries import place_of_file
files = DocumentFile.objects.filter(state__in=["signed", "sealed"]).order_by("pk")
kinds = ["attached" if one.attachment_id else one.state for one in files]
print(json.dumps([[k, str(place_of_file(f.file_key))] for k, f in zip(kinds, files)]))
"""
SIGN_WHAT_WAITS = """
from hoaphuong.documents import queries
from hoaphuong.documents.demo import _Cast
from hoaphuong.documents.signables import PERSON
cast = _Cast()
cast.sign(PERSON, lambda: {"lan": [d.key for d in queries.to_sign(cast.key["lan"])]})
"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def told(city, script):
    done = city.python(script)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def drafted(walk, *, above):
    """Son writes the decision, for another agency, the axis and with a task; its address."""
    walk.become("son")
    walk.open("/co-quan/van-ban/moi")
    walk.page.select_option("#kind", "QĐ")
    walk.press("main form[method=post] button.btn-primary")
    fill = walk.page.fill
    fill("#subject_line", SUBJECT)
    fill("#grounds", "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025")
    fill("#body", "Điều 1. Thành lập Tổ rà soát gồm 05 thành viên.\nĐiều 2. Quyết định này có"
                  " hiệu lực kể từ ngày ký.")  # fmt: skip
    fill("#position", "Chánh Văn phòng")
    offered = walk.page.eval_on_selector_all("#agencies option", "all => all.map(o => o.value)")
    assert {above, PARTNER} <= set(offered)
    fill("#to-0-name", above)
    fill("#to-1-name", PARTNER)
    fill("#task-0-agency", above)
    fill("#task-0-what", WHAT)
    fill("#task-0-due_on", f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}")
    walk.picture("draft")
    walk.press("main form[method=post] button.btn-primary")
    walk.press("button[formaction$=gui-duyet]")
    return walk.page.url.removeprefix(walk.address)


def ordered(walk, path, *, subjects):
    """Choose exactly these documents on a desk and wait until their batch is finished."""
    walk.open(path)
    walk.pass_second_factor()
    assert walk.page.url.endswith(path)
    walk.picture(path.rsplit("/", 1)[1])
    for box in walk.page.locator("tbody input[name=document]").all():
        row = box.locator("xpath=ancestor::tr").inner_text()
        box.set_checked(any(one in row for one in subjects))
    chosen = walk.page.locator("tbody input[name=document]:checked").count()
    assert chosen == len(subjects) > 1
    walk.press("main form[method=post] button.btn-primary")
    walk.picture("batch-waits")
    # The page keeps itself up to date, and loads itself anew when the last paper is done.
    walk.page.wait_for_selector("#progress:not([hx-get])", timeout=60_000)
    walk.look()
    walk.picture("batch-done")
    figures = walk.page.locator("#progress dd").all_inner_texts()
    assert figures == [str(chosen), "0", "0"], walk.page.locator("main").inner_text()


def at_the_axis(city):
    """(id, message) of the documents that the partner has in its mailbox from the ward."""
    with closing(sqlite3.connect(city.home / "demo" / "axis" / "axis.sqlite3")) as rows:
        found = rows.execute(
            "select id, content from message where recipient = ? and kind = 'edoc'", [PARTNER_CODE]
        ).fetchall()
    return [(id, content.decode(errors="replace")) for id, content in found]


def verified(city, path):
    [report] = json.loads(city.run("verify", str(path), "--json").stdout)
    return report


@pytest.mark.browser
@pytest.mark.slow_on_postgresql
@needs_chromium
def test_a_decision_reaches_everyone_and_its_paper_can_be_checked_by_anyone(
    real_city, browser, tmp_path
):
    real_city.start_authority()
    real_city.start_axis()
    real_city.start_worker()
    real_city.start_web()
    [above] = told(real_city, "import json\nfrom hoaphuong.identity import queries as q\n"
                   "print(json.dumps([a.name for a in q.agencies().values()"
                   " if a.kind == 'city']))")  # fmt: skip
    real_city.wait(lambda: told(real_city, "import json\nfrom hoaphuong.exchange import queries\n"
                   "print(json.dumps(len(queries.partners())))"))  # fmt: skip
    walk = Walk(browser, real_city.address, width=1280, language="vi")
    walk.page.on("dialog", lambda dialog: dialog.accept())

    number = apply_for_birth_registration(walk, tmp_path)
    for who, verb in (("mai", "receive"), ("son", "process")):
        walk.become(who)
        walk.open(f"/co-quan?q={number}")
        walk.press(".inbox a.title")
        walk.press(f"button[formaction$={verb}]")
    walk.press("button[formaction$=grant]")
    decision = drafted(walk, above=above)

    walk.become("lan")
    walk.open(decision)
    walk.press("button[formaction$=duyet]")
    both = [SUBJECT, number]
    ordered(walk, "/co-quan/cho-ky", subjects=both)
    walk.become("mai")
    ordered(walk, "/co-quan/cho-phat-hanh", subjects=both)

    leader = Walk(browser, real_city.address, width=1280, language="en")
    leader.become("hung")
    leader.open("/co-quan/van-ban-den")
    leader.press(f"a.title:has-text('/QĐ-'):near(:text('{SUBJECT}'))")
    assert SUBJECT in leader.page.locator("main").inner_text()
    leader.picture("incoming")
    leader.open("/dieu-hanh/nhiem-vu")
    leader.picture("tasks")
    assert leader.page.get_by_text(WHAT).count() == 1

    walk.become("son")

    def registered_there():
        walk.open(decision)
        return walk.page.locator(f"li:has-text('{PARTNER}'):has-text('vào sổ')").count()

    real_city.wait(registered_there)
    walk.picture("document")
    assert [SUBJECT in content for _id, content in at_the_axis(real_city)].count(True) == 1

    paper = tmp_path / "quyet-dinh.pdf"
    first = walk.page.locator(f"a[href^='{decision}/tep/']").first.get_attribute("href")
    paper.write_bytes(walk.context.request.get(first).body())
    check = walk.page.locator("a[href^='/kt/']").get_attribute("href")
    for language in ("vi", "en"):
        phone = Walk(browser, real_city.address, width=390, language=language)
        phone.open(check)
        assert phone.page.locator(".notice-success").count() == 1
        phone.picture("qr")
        phone.open("/kiem-tra")
        phone.page.set_input_files("#tep", paper)
        phone.press("main form[method=post] button.btn-primary")
        phone.picture("verdict")
        said = phone.page.locator("main").inner_text()
        assert AUTHENTIC[language] in said
        assert FILLED[language] in said
        assert phone.page.locator(".notice-success").count() == 1
        assert phone.page.locator(".tone-good").count() == 3
        kinds = phone.page.locator("article h3").all_inner_texts()
        assert [kind.split(":")[0] for kind in kinds] == KINDS[language]
        assert phone.page.locator(".tone-bad, .tone-wait").count() == 0
        assert phone.errors == []

    walk.become("phuong")
    walk.press(f"li:has-text('{number}') a")
    result = walk.page.locator("a[href$='.pdf'], a[href*='/tep/']")
    walk.picture("own-dossier")
    assert re.search(r"\b\d\d-TB-UBND\.pdf", walk.page.locator("main").inner_text())
    bodies = [walk.context.request.get(a.get_attribute("href")).body() for a in result.all()]
    kept = tmp_path / "ket-qua.pdf"
    signed = [body for body in bodies if b"/ByteRange" in body]
    assert len(signed) == 1, walk.page.locator("main").inner_text()
    kept.write_bytes(signed[0])
    for path in (paper, kept):
        report = verified(real_city, path)
        assert report["verdict"] == "valid"
        assert len(report["signatures"]) == 3
    assert walk.errors + leader.errors == []


@pytest.mark.one_database
def test_every_signed_paper_of_the_demonstration_is_valid_here_and_elsewhere(real_city, tmp_path):
    if not shutil.which("pdfsig"):
        pytest.skip("no pdfsig: install the package poppler-utils")
    real_city.start_authority()
    done = real_city.python(SIGN_WHAT_WAITS)
    assert done.returncode == 0, done.stderr
    papers = told(real_city, FILES)
    assert {"signed", "sealed", "attached"} <= {state for state, _path in papers}
    done = real_city.run("verify", *[path for _state, path in papers], "--json")
    reports = json.loads(done.stdout)
    assert done.returncode == 0
    assert [one["verdict"] for one in reports] == ["valid"] * len(papers)
    for state, path in papers:
        said = subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout
        blocks = re.split(r"(?m)^Signature #\d+:$", said)[1:]
        blocks = [one for one in blocks if "form field is not signed" not in one]
        # Poppler 22.12 does not read a document's time stamp, and says so; later ones do.
        unread = re.compile("Signature Type: (unknown|ETSI.RFC3161)")
        signatures = [one for one in blocks if not unread.search(one)]
        assert len(signatures) == {"signed": 1, "sealed": 2, "attached": 1}[state], said
        assert all("Signature Validation: Signature is Valid." in one for one in signatures), said
        stamps = [one for one in blocks if one not in signatures]
        assert len(stamps) == {"signed": 0, "sealed": 1, "attached": 1}[state], said
        assert not any("Signature is Invalid" in one for one in stamps), said
    altered = bytearray(Path(papers[-1][1]).read_bytes())
    altered[len(altered) // 3] ^= 1
    (tmp_path / "altered.pdf").write_bytes(altered)
    assert verified(real_city, tmp_path / "altered.pdf")["verdict"] == "invalid"
