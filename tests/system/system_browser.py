"""A person at a browser: looks at pages, presses buttons, and sees every error."""

import resource
import shutil
from contextlib import contextmanager

from playwright.sync_api import expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 360, "height": 740}
# What only a deployment has: Stripe's own script from the internet, and a proxy that
# leads live notifications to their port.
ELSEWHERE = ("js.stripe.com", "/websocket", "bus.websocket_worker")


@contextmanager
def chromium():
    """Start the browser for the time of a ``with`` block.

    Odoo, loaded in the same process by its tests, limits the address space that child
    processes inherit; Chromium reserves far more than that and never uses it.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS
        )
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody with a browser window of their own.

    :param str url: the server
    """

    def __init__(self, browser, url, size=None):
        self.url, self.errors = url, []
        context = browser.new_context(viewport=size or DESKTOP)
        context.set_default_timeout(40_000)
        context.route("**/js.stripe.com/**", lambda route: route.abort())
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("response", self._check)

    def _hear(self, message):
        where = message.location.get("url", "")
        elsewhere = any(part in where + message.text for part in ELSEWHERE)
        if message.type == "error" and not elsewhere:
            self.errors.append(f"{message.text} ({where})")

    def _check(self, response):
        if response.status >= 500 and "/websocket" not in response.url:
            self.errors.append(f"{response.status} {response.url}")

    def log_in(self, login, password):
        """Log in through the form and return this person."""
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(
            ".o_main_navbar, .o_portal, #wrapwrap .o_portal_wrap"
        )
        return self

    def open(self, path, selector):
        """Open an address and wait until ``selector`` is there."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector(selector)

    def sees(self, *texts):
        """Assert that texts are on the page, or come within seconds."""
        for text in texts:
            found = self.page.get_by_text(text).filter(visible=True).first
            expect(found, text).to_be_visible(timeout=15_000)

    def sees_no_error(self):
        """Assert that nothing went wrong so far, on the page or behind it."""
        assert self.errors == []
        assert self.page.locator(".o_error_dialog").count() == 0

    def width(self):
        """Return how wide the page is, in pixels."""
        return self.page.evaluate("document.documentElement.scrollWidth")
