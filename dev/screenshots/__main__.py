"""Play the demo's story, then take the pictures of ``shots.SHOTS``."""

import shutil
import sys
from contextlib import ExitStack

from playwright.sync_api import sync_playwright

from dev.demo.__main__ import open_stage, play
from dev.provision.paths import ROOT

from .shots import BOARDS, SHOTS

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = ROOT / "docs" / "img"


def main(names, port=8069):
    """Take all pictures, or those named.

    :return: exit status
    """
    with ExitStack() as stack:
        server, odoo, company, story = play(*open_stage(stack, port))
        places = _places(odoo, company, story)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=FLAGS
            )
            page = browser.new_page()
            _log_in(page, server.url)
            for shot in SHOTS:
                if not names or shot.name in names:
                    _take(page, server.url, shot, places)
            browser.close()
    return 0


def _places(odoo, company, story):
    """Return the ids that addresses ask for."""
    payout = odoo.find("payment.payout", [], limit=1)[0]["id"]
    dispute = odoo.find("payment.dispute", [], limit=1)[0]["id"]
    boards = {
        f"board_{name}": odoo.ref(f"payment_analytics.dashboard_{name}")
        for name in BOARDS
    }
    payment = story.payments["Online order, card"]
    order = odoo.one("sale.order", [("transaction_ids", "=", payment)], ["partner_id"])
    delivery = odoo.find("stock.picking", [("sale_id", "=", order["id"])], limit=1)[0]
    return {
        **boards,
        "customer": order["partner_id"][0],
        "delivery": delivery["id"],
        "order": order["id"],
        "payment": payment,
        "payout": payout,
        "dispute": dispute,
        "provider": company.provider,
    }


def _log_in(page, url):
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "admin")
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")


def _take(page, url, shot, places):
    width, height = shot.size
    page.set_viewport_size({"width": width, "height": height})
    page.goto(url + shot.path.format(**places))
    page.wait_for_selector(shot.wait, timeout=30_000)
    if shot.click:
        page.click(shot.click)
    page.wait_for_timeout(1500)  # charts and animations come to rest
    page.screenshot(path=PICTURES / f"{shot.name}.png")
    print(f"-> docs/img/{shot.name}.png", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
