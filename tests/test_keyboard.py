"""With Tab, Space and Enter alone: apply for a service, and decide about it."""

import re

import pytest
from PIL import Image

from tests.browser import ANSWERS, Walk, chromium, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.one_database, needs_chromium]
MOST_TABS = 120
NUMBER = re.compile(r"H24[\w.]*-\d{8}-\d{7}")
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    main: !!one.closest("main"),
    name: one.getAttribute("name") || "",
    value: one.value || "",
    text: one.textContent.trim(),
    action: one.getAttribute("formaction") || "",
    kind: one.type || one.tagName,
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0,
  };
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


class Keys(Walk):
    """A person without a mouse."""

    def focused(self):
        return self.page.evaluate(FOCUSED)

    def tab_to(self, wanted):
        """Press Tab until ``wanted`` holds of what has the focus; the focus is seen all the way."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            here = self.focused()
            assert here["seen"] or here["kind"] == "BODY", f"the focus is not seen on {here}"
            if wanted(here):
                return here
        raise AssertionError(f"Tab does not lead there on {self.page.url}")

    def enter(self):
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")
        self.look()

    def go(self, wanted):
        self.tab_to(wanted)
        self.enter()

    def choose(self, wanted):
        """Go down a list of choices to the one wanted."""
        for _ in range(150):
            self.page.keyboard.press("ArrowDown")
            if wanted in self.page.evaluate("document.activeElement.selectedOptions[0].text"):
                return
        raise AssertionError(f"{wanted} is not among the choices")

    def fill_in(self):
        """Every field that must be filled, by typing, arrows and the space bar."""
        first = self.page.locator("main form [name]:not([type=hidden])").first
        first.focus()
        for _ in range(MOST_TABS):
            here = self.focused()
            if here["name"] == "go":
                return
            if here["kind"] == "select-one":
                self.page.keyboard.press("ArrowDown")
            elif here["kind"] == "radio":
                self.page.keyboard.press("Space")
            elif here["kind"] in ("text", "tel") and not here["value"]:
                typed = next((v for part, v in ANSWERS.items() if part in here["name"]), "An Bình")
                self.page.keyboard.type(typed)
            self.page.keyboard.press("Tab")
        raise AssertionError("the form has no end")

    def choose_whenever_asked(self, photo):
        """What the system's own window for files would do."""
        Image.new("RGB", (900, 1200), "white").save(photo)
        self.page.on("filechooser", lambda chooser: chooser.set_files(photo))

    def add_photo(self):
        self.tab_to(lambda here: here["kind"] == "file")
        self.page.keyboard.press("Space")
        self.page.wait_for_function("() => document.activeElement.files?.length === 1")


def named(name, value=""):
    return lambda here: here["name"] == name and (not value or here["value"] == value)


def saying(pattern):
    return lambda here: here["main"] and re.search(pattern, here["text"])


def test_a_service_is_applied_for_and_decided_with_the_keyboard_alone(real_city, browser, tmp_path):
    real_city.start_web()
    keys = Keys(browser, real_city.address, width=1280, language="en")
    keys.choose_whenever_asked(tmp_path / "photo.jpg")
    keys.page.goto("/nhan-vat")
    keys.go(saying("^Enter as: Citizen"))
    keys.page.goto("/thu-tuc")
    keys.page.keyboard.press("Tab")
    assert keys.focused()["text"] == "Skip to the main content"
    keys.page.keyboard.press("Enter")
    keys.tab_to(named("q"))
    keys.page.keyboard.type("khai sinh")
    keys.enter()
    keys.go(saying("^Birth registration"))
    keys.go(saying("^Apply online"))
    keys.go(saying("^Start"))
    keys.go(saying("^Go on"))
    assert keys.page.evaluate("document.activeElement.className") == "error-summary"
    keys.tab_to(named("kind"))
    keys.page.keyboard.press("ArrowDown")
    keys.tab_to(named("commune"))
    keys.choose("Ngô Quyền")
    keys.go(saying("^Go on"))
    keys.go(named("go"))
    keys.tab_to(saying(": "))
    keys.page.keyboard.press("Enter")
    assert keys.focused()["name"] == "relation"
    keys.fill_in()
    keys.go(named("go"))
    keys.add_photo()
    keys.go(named("go"))
    keys.go(saying("^Send the dossier"))
    number = NUMBER.search(keys.page.content())[0]

    keys.page.goto("/nhan-vat")
    keys.go(saying("^Enter as: One-stop clerk"))
    keys.page.keyboard.press("/")
    keys.page.keyboard.type(number)
    keys.enter()
    keys.page.keyboard.press("j")
    keys.enter()
    keys.go(saying("^Receive"))
    keys.page.goto("/nhan-vat")
    keys.go(saying("^Enter as: Case officer"))
    keys.page.keyboard.press("/")
    keys.page.keyboard.type(number)
    keys.enter()
    keys.page.keyboard.press("j")
    keys.enter()
    keys.go(saying("^Take up"))
    keys.go(saying("^Grant"))
    assert "Granted" in keys.page.locator("main").inner_text()
    assert keys.errors == []
