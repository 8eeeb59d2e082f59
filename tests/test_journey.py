"""A citizen applies, an officer decides, the leaders' scoreboard counts it: in a real browser."""

import re
import shutil
import time

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: install the package chromium"),
]
ANSWERS = {"date": "01/11/2026", "number": "031188123456", "phone": "0912345678", "copies": "2"}


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()


class Walk:
    """One person's browser, which notes every error of the console and every sideways scroll."""

    def __init__(self, browser, address, *, width, language, script=True):
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=address, java_script_enabled=script
        )
        self.page = self.context.new_page()
        self.width, self.script, self.errors = width, script, []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(f"/ngon-ngu/{language}?next=/")

    def _heard(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def open(self, path):
        self.page.goto(path)
        self.look()

    def look(self):
        """No page scrolls sideways and none is a server's error."""
        assert "500" not in (self.page.title() or "")
        if self.script:
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= self.width, f"{self.page.url} is {wide} px wide"

    def become(self, username):
        self.page.goto("/nhan-vat")
        self.page.locator(f'form[action*="/nhan-vat/{username}"] button').first.click()
        self.look()

    def press(self, selector):
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        self.look()

    def fill_form(self):
        for field in self.page.locator("main form [name]").all():
            name = field.get_attribute("name") or ""
            kind = field.evaluate("e => e.tagName + ':' + (e.type || '')") if self.script else ""
            if name in ("csrfmiddlewaretoken", "go", "later"):
                continue
            if kind.startswith("SELECT"):
                field.select_option(index=1)
            elif kind.endswith("radio"):
                if not self.page.locator(f'[name="{name}"]:checked').count():
                    field.check()
            elif kind.endswith("checkbox"):
                field.check()
            else:
                typed = next((v for part, v in ANSWERS.items() if part in name), "Nguyễn Bảo An")
                field.fill(typed)


def apply_for_birth_registration(walk, tmp_path):
    """Four steps, with what is missing said beside its field on the way; the dossier's number."""
    from PIL import Image

    walk.become("phuong")
    walk.open("/thu-tuc?q=dang ky khai sinh")
    walk.press('main a[href="/thu-tuc/1.001193"]')
    walk.press('a[href$="/nop"]')
    walk.press("main form button")
    walk.press("main form[method=post] button.btn-primary")
    assert walk.page.locator("p.error").count() == 2
    walk.page.check("input[name=kind][value=child]")
    ward = walk.page.locator("#commune option", has_text="Ngô Quyền").first.get_attribute("value")
    walk.page.select_option("#commune", ward)
    walk.press("main form[method=post] button.btn-primary")
    walk.press("button[name=go]")
    assert walk.page.locator(".error-summary").count() == 1
    walk.fill_form()
    walk.press("button[name=go]")
    for name, colour in (("one.jpg", "white"), ("two.jpg", "grey")):
        Image.new("RGB", (900, 1200), colour).save(tmp_path / name)
    photos = [tmp_path / "one.jpg", tmp_path / "two.jpg"]
    walk.page.locator("input[type=file]").first.set_input_files(photos)
    walk.press("button[name=go]")
    walk.press("main form[method=post] button.btn-primary")
    return re.search(r"H24[\w.]*-\d{8}-\d{7}", walk.page.content())[0]


def computed_this_year(city):
    rows = city.run_json("scoreboard", "--year", str(time.localtime().tm_year))["rows"]
    return next(row["computed"] for row in rows if row["code"] == "dossiers_online") or 0


@pytest.mark.parametrize(("width", "language"), [(360, "vi"), (1280, "en")])
def test_from_a_citizens_phone_to_the_leaders_scoreboard(
    real_city, browser, tmp_path, width, language
):
    real_city.start_worker()
    real_city.start_web()
    real_city.wait(lambda: computed_this_year(real_city) > 0)
    before = computed_this_year(real_city)
    walk = Walk(browser, real_city.address, width=width, language=language)
    number = apply_for_birth_registration(walk, tmp_path)

    slip = walk.context.request.get(
        walk.page.locator('a[href$="phieu.pdf"]').first.get_attribute("href")
    )
    assert slip.body().startswith(b"%PDF")

    walk.become("mai")
    walk.open(f"/co-quan?q={number}")
    walk.press(".inbox a.title")
    walk.press("button[formaction$=receive]")
    walk.become("son")
    walk.open(f"/co-quan?q={number}")
    walk.press(".inbox a.title")
    walk.press("button[formaction$=process]")
    walk.press("button[formaction$=grant]")
    decided = time.monotonic()

    real_city.wait(lambda: computed_this_year(real_city) == before + 1, patience=15)
    assert time.monotonic() - decided < 10

    walk.open(f"/tra-cuu?so={number}")
    assert "Phượng" not in walk.page.locator("main").inner_text()
    walk.become("phuong")
    assert number in walk.page.content()
    walk.become("hung")
    for path in ("/dieu-hanh", "/du-lieu", "/tro-giup", "/khong-co-trang-nay"):
        walk.open(path)
    assert walk.errors == []


def test_everything_but_charts_works_without_script(real_city, browser):
    real_city.start_web()
    walk = Walk(browser, real_city.address, width=360, language="vi", script=False)
    for username in ("phuong", "mai", "hung"):
        walk.become(username)
    walk.become("mai")
    walk.press(".inbox a.title")
    assert walk.page.locator("main h1").count() == 1


def test_axe_finds_nothing_serious(real_city, browser):
    from axe_playwright_python.sync_playwright import Axe

    real_city.start_web()
    walk = Walk(browser, real_city.address, width=1280, language="vi")
    paths = {
        "": (
            "/",
            "/thu-tuc",
            "/thu-tuc/1.001193",
            "/tra-cuu",
            "/du-lieu",
            "/tro-giup",
            "/nhan-vat",
        ),
        "phuong": ("/ho-so-cua-toi", "/thu-tuc/1.001193/nop"),
        "mai": ("/co-quan",),
        "hung": ("/dieu-hanh",),
    }
    found = {}
    for username, pages in paths.items():
        if username:
            walk.become(username)
        for path in pages:
            walk.open(path)
            violations = Axe().run(walk.page).response["violations"]
            serious = [v["id"] for v in violations if v["impact"] in ("serious", "critical")]
            if serious:
                found[path] = serious
    assert found == {}
