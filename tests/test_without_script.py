"""The whole way on a phone that runs no script: everything but charts and maps must work."""

import re

import pytest
from PIL import Image

from tests.browser import Walk, chromium, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.one_database, needs_chromium]
NUMBER = re.compile(r"H24[\w.]*-\d{8}-\d{7}")
BIRTH = "1.001193"
SEND = "main form[method=post] button.btn-primary"
# Invented: a woman born in Hải Phòng in 1990.
NEWCOMER = {
    "username": "vinhbao",
    "password1": "hoa-phuong-no-2026",
    "full_name": "Vũ Vĩnh Bảo",
    "personal_number": "031190123456",
    "birth_date": "02/03/1990",
    "phone": "0912 345 678",
}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def walk(real_city, browser):
    real_city.start_web()
    return Walk(browser, real_city.address, width=360, language="vi", script=False)


def said(walk):
    return walk.page.locator("main").inner_text()


def errors(walk):
    """What is said beside the fields; each error is what some input is described by."""
    found = walk.page.locator("main .error")
    for error in found.all():
        name = error.get_attribute("id")
        assert walk.page.locator(f'[aria-describedby~="{name}"][aria-invalid=true]').count(), name
    return [text.strip() for text in found.all_inner_texts()]


def sign_up(walk):
    walk.press('main a[href^="/tai-khoan/signup"]')
    walk.press(SEND)
    assert len(errors(walk)) >= 5
    for name, value in {**NEWCOMER, "password2": "another-one-2026"}.items():
        walk.page.fill(f"[name={name}]", value)
    walk.page.fill("[name=personal_number]", "12345")
    walk.press(SEND)
    assert len(errors(walk)) == 2
    assert "Số định danh cá nhân gồm 12 chữ số." in errors(walk)[0]
    assert walk.page.input_value("[name=full_name]") == NEWCOMER["full_name"]
    for name in ("password1", "password2"):
        walk.page.fill(f"[name={name}]", NEWCOMER["password1"])
    walk.page.fill("[name=personal_number]", NEWCOMER["personal_number"])
    walk.press(SEND)


def sign_out(walk):
    walk.page.locator(".drawer summary").click()
    walk.press('.drawer form[action="/tai-khoan/logout/"] button')
    assert walk.page.locator('.masthead a[href^="/tai-khoan/login"]').count()


def sign_in(walk):
    walk.open("/")
    walk.page.locator(".drawer summary").click()
    walk.press('.drawer a[href="/tai-khoan/login/"]')
    walk.page.fill("[name=login]", NEWCOMER["username"])
    walk.page.fill("[name=password]", "wrong")
    walk.press(SEND)
    assert errors(walk) or walk.page.locator(".error-summary").count()
    walk.page.fill("[name=password]", NEWCOMER["password1"])
    walk.press(SEND)


def find_birth_registration(walk):
    walk.open("/")
    walk.page.fill("#home-search", "dang ky khai sinh")
    walk.press("form[role=search] button")
    walk.press(f'main a[href="/thu-tuc/{BIRTH}"]')
    assert "Trực tuyến" in said(walk)
    walk.press(f'main a[href="/thu-tuc/{BIRTH}/nop"]')


def apply(walk, tmp_path):
    """The four steps; on each, what is missing is said first."""
    walk.press(SEND)
    walk.press(SEND)
    assert len(errors(walk)) == 2
    walk.page.check("input[name=kind][value=child]")
    ward = walk.page.locator("#commune option", has_text="Ngô Quyền").first.get_attribute("value")
    walk.page.select_option("#commune", ward)
    walk.press(SEND)
    walk.press("button[name=go]")
    assert errors(walk)
    walk.fill_form()
    walk.press("button[name=later]")
    walk.press("main .result-list a")
    walk.press(SEND)
    walk.press("button[name=go]")
    assert errors(walk) == []
    walk.press("button[name=go]")
    assert errors(walk)
    (tmp_path / "no-photo.jpg").write_bytes(b"MZ\x90\x00 not a photo")
    walk.page.locator("input[type=file]").first.set_input_files(tmp_path / "no-photo.jpg")
    walk.press("button[name=go]")
    assert errors(walk)
    Image.new("RGB", (900, 1200), "white").save(tmp_path / "photo.jpg")
    walk.page.locator("input[type=file]").first.set_input_files(tmp_path / "photo.jpg")
    walk.press("button[name=more]")
    walk.press("button[name=remove]")
    walk.page.locator("input[type=file]").first.set_input_files(tmp_path / "photo.jpg")
    walk.press("button[name=go]")
    walk.press(SEND)
    return NUMBER.search(said(walk))[0]


def open_in_inbox(walk, username, number):
    walk.become(username)
    walk.page.fill("#q", number)
    walk.press(".filters button")
    walk.press(".inbox a.title")


def test_a_dossier_goes_its_whole_way_without_script(walk, tmp_path):
    find_birth_registration(walk)
    sign_up(walk)
    number = apply(walk, tmp_path)
    own = walk.page.url
    slip = walk.context.request.get(walk.page.locator('a[href$="phieu.pdf"]').get_attribute("href"))
    assert slip.body().startswith(b"%PDF")
    sign_out(walk)

    open_in_inbox(walk, "mai", number)
    walk.press("button[formaction$=ask]")
    assert len(errors(walk)) == 1
    walk.page.fill("#note", "Thiếu giấy chứng sinh.")
    walk.press("button[formaction$=ask]")

    sign_out(walk)
    sign_in(walk)
    walk.open(own)
    assert "Thiếu giấy chứng sinh." in said(walk)
    walk.press('main a[href$="/bo-sung"]')
    walk.press(SEND)
    assert errors(walk)
    walk.page.locator("input[type=file]").set_input_files(tmp_path / "photo.jpg")
    walk.press(SEND)

    open_in_inbox(walk, "son", number)
    walk.press('form[action$="/nhan"] button')
    Image.new("RGB", (600, 800), "white").save(tmp_path / "ket-qua.pdf")
    walk.find("#result").set_input_files(tmp_path / "ket-qua.pdf")
    walk.press("button[formaction$=grant]")
    open_in_inbox(walk, "mai", number)
    walk.press("button[formaction$=hand-over]")
    sign_out(walk)
    walk.open("/tra-cuu")
    walk.page.fill("#so", number)
    walk.press(".search button")
    assert "Đã trả kết quả" in said(walk)
    assert "Bảo" not in said(walk)

    sign_in(walk)
    walk.press("main .result-list a")
    result = walk.page.locator("main a", has_text="ket-qua.pdf").get_attribute("href")
    assert walk.context.request.get(result).body().startswith(b"%PDF")


def waiting(walk, username):
    """Open the first dossier of the inbox that nobody has received yet."""
    walk.become(username)
    walk.find("#stage").select_option(label="Mới đăng ký")
    walk.press(".filters button")
    walk.press(".inbox a.title")


@pytest.mark.slow
def test_officers_leaders_and_stewards_work_without_script(walk, tmp_path):
    waiting(walk, "mai")
    walk.press("button[formaction$=decline]")
    assert len(errors(walk)) == 1
    walk.page.fill("#note", "Hồ sơ không thuộc thẩm quyền của phường.")
    walk.press("button[formaction$=decline]")
    assert "Không được tiếp nhận" in said(walk)
    waiting(walk, "mai")
    walk.press("button[formaction$=receive]")
    received = walk.page.url
    walk.become("son")
    walk.open(received)
    walk.press("button[formaction$=process]")
    walk.page.fill("#note", "Thiếu điều kiện theo quy định.")
    walk.press("button[formaction$=refuse]")
    assert "Từ chối" in said(walk)
    walk.become("lan")
    walk.press(".inbox a.title")
    walk.page.select_option("#assignee", label="Phạm Minh Sơn")
    walk.press('form[action$="/giao"] button')
    walk.press('.tabs a[href*="overdue"]') if walk.page.locator(".tabs").count() else None

    walk.become("du")
    (tmp_path / "list.csv").write_text(
        "ma_thu_tuc,ten_thu_tuc,linh_vuc\n,Thủ tục thiếu mã,Hộ tịch\n", encoding="utf-8"
    )
    walk.page.locator("details summary", has_text="Nhập").click()
    walk.page.set_input_files("#file", tmp_path / "list.csv")
    walk.press('form[action$="/nap"] button')
    walk.press(".inbox a.title")
    walk.press(SEND)
    assert errors(walk)
    walk.page.fill("[name=code]", "9.999999")
    walk.press(SEND)
    walk.open("/thu-tuc/9.999999")
    assert "Thủ tục thiếu mã" in said(walk)


@pytest.mark.slow
def test_figures_help_languages_and_refusals_without_script(walk, real_city):
    real_city.start_worker()
    published = real_city.home / "lake" / "out" / "city.sqlite3"
    real_city.wait(published.exists, patience=90)
    walk.become("hung")
    walk.page.select_option("#nam", "2023")
    walk.press(".page-head button")
    assert walk.page.locator("h2#compared").inner_text().endswith("2023")
    walk.open("/du-lieu")
    table = walk.page.locator('main a[href$=".csv"]').first.get_attribute("href")
    assert walk.context.request.get(table).text().count("\n") > 1
    walk.page.locator(".drawer summary").click()
    walk.press(".drawer a[hreflang=en]")
    assert walk.page.locator("html").get_attribute("lang") == "en"
    assert walk.page.url.endswith("/du-lieu")
    walk.press('.footer a[href="/tro-giup"]')
    walk.open("/co-quan")
    assert "You may not open this." in said(walk)
    walk.open("/thu-tuc/0.000000")
    assert "There is nothing at this address." in said(walk)
