"""One person's browser: opens, presses, fills in, and notes what a person would complain of."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium: install the package chromium"
)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
ANSWERS = {"date": "01/11/2026", "number": "031188123456", "phone": "0912345678", "copies": "2"}


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


class Walk:
    """One person's browser, which notes every error of the console and every sideways scroll."""

    _shown = itertools.count(1)

    def __init__(
        self, browser: Any, address: str, *, width: int, language: str, script: bool = True
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=address, java_script_enabled=script
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.address, self.width = address, width
        self.errors: list[str] = []
        self.broken: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("response", self._answered)
        self.page.goto(f"/ngon-ngu/{language}?next=/")

    def _heard(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _answered(self, response: Any) -> None:
        if response.status >= 500:
            self.broken.append(f"{response.status} {response.url}")

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.look()

    def look(self) -> None:
        """No page scrolls sideways and none is a server's error."""
        assert self.broken == []
        wide = self.page.locator("html").evaluate("e => e.scrollWidth")
        assert wide <= self.width, f"{self.page.url} is {wide} px wide"

    def picture(self, name: str) -> None:
        """Keep what is shown now in the folder HOAPHUONG_PICTURES, for people who want to look."""
        if folder := os.environ.get("HOAPHUONG_PICTURES"):
            at = Path(folder) / f"{name}-{self.width}-{next(self._shown):02}.png"
            self.page.screenshot(path=at, full_page=True)

    def become(self, username: str) -> None:
        self.page.goto("/nhan-vat")
        self.press(f'form[action*="/nhan-vat/{username}"] button')

    def pass_second_factor(self) -> None:
        """With the code that the demonstration shows, back to where one was; citizens have none."""
        if "/tai-khoan/xac-nhan" not in self.page.url:
            here = self.page.url.removeprefix(self.address)
            self.page.goto(f"/tai-khoan/xac-nhan?next={here}")
        if not self.page.locator("main form").count() and not self.page.locator(".notice").count():
            self.page.goto("/")
            return
        while not self.page.locator("#demo-code").count():
            self.page.wait_for_timeout(1_000)  # until the next code comes, 30 seconds at most
            self.page.reload()
        self.press("#demo-code button")

    def press(self, selector: str) -> None:
        """Press what leads to another page, and wait until that page is there."""
        self.find(selector)
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(selector).first.click()
        self.look()

    def find(self, selector: str) -> Any:
        """The first such element; without one, what the page says instead."""
        found = self.page.locator(selector)
        if not found.count():
            said = self.page.locator("body").inner_text()
            raise AssertionError(f"no {selector} on {self.page.url}:\n{said}")
        return found.first

    def fill_form(self) -> None:
        """Answer every field of the page's form with something its kind accepts."""
        for field in self.page.locator("main form [name]").all():
            name = field.get_attribute("name") or ""
            kind = field.evaluate("e => e.tagName + ':' + (e.type || '')")
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
