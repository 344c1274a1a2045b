"""Drive the served pages with a real browser, as a colleague would, and say what is wrong.

    python scripts/check_pages.py --dir xcase-out --axe node_modules/axe-core/axe.min.js \
        --shots /tmp/shots

It searches, opens a case, asks for a transfer and uploads profiles, in light and dark, wide and
narrow. Checked on every page: nothing in the console, no request to another host, no serious fault
found by axe-core, no sideways scrolling. Then the same over an analysis in which every field holds
markup: it must add no node. ``--report FILE`` checks a report from disk instead.
Needs selenium, Chromium with its driver, and axe-core from npm; none of them is needed otherwise.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hostile import EVIL, hostile_analysis, hostile_roster
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
from serving import serving

from xcase import store

PROGRAMME = Path(__file__).parent.parent / "examples" / "programme"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, NARROW = (1200, 1500), (420, 1500)
# Elements that no page of ours has; drawn charts stand in the report alone.
NEVER = "script, img, iframe, object, [onerror]"
SERIOUS = ("serious", "critical")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path("xcase-out"))
    parser.add_argument("--axe", type=Path, help="axe.min.js; not checked if left out")
    parser.add_argument("--shots", type=Path, help="where screenshots are put")
    parser.add_argument("--report", type=Path, help="a report to check, instead of the server")
    options = parser.parse_args()
    axe = options.axe.read_text(encoding="utf-8") if options.axe else ""
    faults = read_report(options, axe) if options.report else served_pages(options, axe)
    for fault in faults:
        print(f"  - {fault}")
    sys.exit(bool(faults))


def read_report(options: argparse.Namespace, axe: str) -> list[str]:
    """Open the report from disk in every look; return what is wrong."""
    faults: list[str] = []
    for dark, size in ((False, WIDE), (True, WIDE), (False, NARROW)):
        look = f"report-{'dark' if dark else 'light'}-{size[0]}"
        with browser(size, dark=dark) as driver:
            address = options.report.resolve().as_uri()
            check = Check(driver, address, axe, options.shots, look, never=NEVER)
            check.open("", "report")
            check.expect("svg", "no picture is drawn")
            for summary in driver.find_elements(By.CSS_SELECTOR, "summary")[:10]:
                summary.click()
            check.look_at("opened")
            faults += check.faults
            print(f"{look}: faults {len(check.faults)}")
    return faults


def served_pages(options: argparse.Namespace, axe: str) -> list[str]:
    """Use the server's pages in every look, then attack them; return what is wrong."""
    faults: list[str] = []
    for dark, size in ((False, WIDE), (True, WIDE), (False, NARROW)):
        look = f"{'dark' if dark else 'light'}-{size[0]}"
        with serving(options.dir) as served, browser(size, dark=dark) as driver:
            check = Check(driver, served.address, axe, options.shots, look)
            visit(check)
            faults += check.faults
            told = f"{look}: {check.pages} pages, {len(check.requests)} requests"
            print(f"{told}, to other hosts {len(check.foreign)}, faults {len(check.faults)}")
    with tempfile.TemporaryDirectory() as folder:
        store.save(hostile_analysis(), Path(folder))
        with serving(Path(folder)) as served, browser(WIDE) as driver:
            check = Check(driver, served.address, axe, options.shots, "hostile")
            attack(check, Path(folder))
            faults += check.faults
            print(f"hostile: {check.pages} pages, faults {len(check.faults)}")
    return faults


def visit(check: Check) -> None:
    """Use every page."""
    driver = check.driver
    check.open("/", "search-empty")
    driver.find_element(By.NAME, "text").send_keys(
        "I am a ward nurse. I do every task myself because I cannot delegate."
    )
    check.press("Search", "search")
    check.expect("li h3 a", "the search found nothing")
    driver.find_element(By.CSS_SELECTOR, ".results h3 a").click()
    check.look_at("case")
    check.expect("article.case mark", "nothing is marked in the case")
    for summary in driver.find_elements(By.TAG_NAME, "summary"):
        summary.click()
    check.look_at("case-open")
    driver.find_element(By.PARTIAL_LINK_TEXT, "begin like this one").click()
    check.look_at("search-like")
    check.open("/?text=hm", "search-refused")
    check.expect("[role=alert]", "a profile that says too little is not refused")
    check.open("/cases", "cases")
    check.open("/transfer", "transfer-empty")
    Select(driver.find_element(By.NAME, "from")).select_by_visible_text("Healthcare")
    Select(driver.find_element(By.NAME, "to")).select_by_visible_text("Education")
    check.press("Ask", "transfer")
    check.expect(".verdict", "no transfer is shown")
    check.open("/suggest", "suggest-empty")
    for name in ("mentees", "mentors"):
        driver.find_element(By.NAME, name).send_keys(str(PROGRAMME / f"{name}.csv"))
    check.press("Suggest", "suggest")
    check.expect("section h2", "nobody got a suggestion")
    check.open("/api", "api")
    check.open("/nowhere", "nowhere", status=404)


def attack(check: Check, folder: Path) -> None:
    """Show markup in every field; no element, dialogue or attribute may come of it."""
    driver = check.driver
    mentees = folder / "mentees.jsonl"
    mentees.write_text(hostile_roster(), encoding="utf-8")
    check.open("/cases", "cases")
    check.expect(".list a", "the hostile case is not listed")
    driver.find_element(By.CSS_SELECTOR, ".list a").click()
    check.look_at("case")
    check.open("/", "search")
    driver.find_element(By.NAME, "text").send_keys(f"I cannot delegate any task {EVIL}")
    check.press("Search", "found")
    check.expect("li h3 a", "the hostile case is not found")
    check.open(f"/?text={EVIL}&skill={EVIL}", "refused")
    check.open(f"/transfer?from={EVIL}", "transfer-refused")
    check.open("/transfer?from=Healthcare&to=Education", "transfer")
    check.open("/suggest", "suggest-empty")
    driver.find_element(By.NAME, "mentees").send_keys(str(mentees))
    check.press("Suggest", "suggest")
    check.open(f"/{EVIL}", "nowhere", status=404)


class Check:
    """Looks at a page after every step, and remembers what is wrong."""

    def __init__(
        self,
        driver: Any,
        address: str,
        axe: str,
        shots: Path | None,
        look: str,
        never: str = f"{NEVER}, svg",
    ) -> None:
        self.driver = driver
        self.address = address
        self.axe = axe
        self.shots = shots
        self.look = look
        self.never = never
        self.pages = 0
        self.requests: list[str] = []
        self.foreign: list[str] = []
        self.faults: list[str] = []

    def open(self, path: str, name: str, *, status: int = 0) -> None:
        """Go to an address."""
        self.driver.get(self.address + path)
        self.look_at(name, status=status)

    def press(self, text: str, name: str) -> None:
        """Send the form whose button says so."""
        self.driver.find_element(By.XPATH, f"//button[.='{text}']").click()
        self.look_at(name)

    def expect(self, selector: str, fault: str) -> None:
        """Complain if the page has no such element."""
        if not self.driver.find_elements(By.CSS_SELECTOR, selector):
            self._fault(fault)

    def look_at(self, name: str, *, status: int = 0) -> None:
        """Check the page that is shown."""
        self.pages += 1
        self.name = name
        driver = self.driver
        for entry in driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self._request(message["params"]["request"]["url"])
        for entry in driver.get_log("browser"):
            # An error page is told in the console with its status.
            if not (status and f"status of {status}" in entry["message"]) and (
                "status of 400" not in entry["message"]
            ):
                self._fault(f"console: {entry['message']}")
        if self.shots:
            self.shots.mkdir(parents=True, exist_ok=True)
            driver.save_screenshot(str(self.shots / f"{self.look}-{self.pages:02}-{name}.png"))
        if driver.find_elements(By.CSS_SELECTOR, self.never):
            self._fault("an element stands on the page that we never write")
        if driver.execute_script("return window.pwned !== undefined"):
            self._fault("a script ran")
        if driver.execute_script(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ):
            self._fault("the page scrolls sideways")
        if self.axe:
            self._axe()

    def _axe(self) -> None:
        self.driver.execute_script(self.axe)
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document).then(r => done(r.violations));"
        )
        for violation in found:
            if violation["impact"] in SERIOUS:
                nodes = [n["html"][:100] for n in violation["nodes"][:3]]
                self._fault(f"axe: {violation['id']} ({violation['impact']}): {nodes}")

    def _request(self, url: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in ("data", "chrome") and not url.startswith(self.address):
            self.foreign.append(url)
            self._fault(f"a request left: {url}")

    def _fault(self, message: str) -> None:
        self.faults.append(f"{self.look} {self.name}: {message}")


@contextmanager
def browser(size: tuple[int, int], *, dark: bool = False) -> Iterator[Any]:
    """Start a browser that nobody used before."""
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"):
            options.add_argument(flag)
        if dark:
            options.add_argument("--force-dark-mode")
            options.add_argument("--blink-settings=preferredColorScheme=0")
        options.binary_location = shutil.which("chromium") or ""
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        driver = webdriver.Chrome(options=options, service=service)
        if size == NARROW:
            # A window cannot be made as narrow as a telephone.
            driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": True},
            )
        try:
            yield driver
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
