"""What the site costs a visitor, cold and over loopback, beside JupyterLab on a kernel.

    python -m benchmarks.site

It builds the site (see `tools.site`) and asks for Chromium. Megabytes are those of the files that
the server sent, uncompressed; every page is opened in a browser context of its own, which has
nothing stored.
"""

import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from benchmarks.latency import KEYS, PRESSES
from tests.browser.lab import Lab, Notebook, wait_until
from tests.browser.site import Site

CHAPTER = "chapters/03_one_cell.ipynb"
CHAPTER_IN_LAB = Path(__file__).parents[1] / CHAPTER
PICTURE = "() => document.querySelector('.lstm-sheets').innerHTML"
SLIDER = "input[type=range]"


def sent(site: Site, before: int) -> float:
    """Return the megabytes of the files that the server has sent since the log's position."""
    found = re.findall(r'"GET (\S+) \S+" 200', site.server_log()[before:])
    paths = (site.site / unquote(urlsplit(path).path).lstrip("/") for path in found)
    files = (path / "index.html" if path.is_dir() else path for path in paths)
    return sum(path.stat().st_size for path in files) / 1e6


def cold(site: Site, what: str, visit: Callable[[], dict[str, float]]) -> None:
    """Print what a visit took and loaded."""
    before = len(site.server_log())
    times = visit()
    shown = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in times.items())
    print(f"{what:16}{sent(site, before):6.1f} MB   {shown}", flush=True)


def answered(page, slider) -> None:
    """Press a key and wait for the picture."""
    before = page.evaluate(PICTURE)
    slider.press(KEYS[0])
    wait_until(lambda: page.evaluate(PICTURE) != before, "the picture")


def landing(site: Site) -> dict[str, float]:
    """Open the landing page, and wake its explorer."""
    start = time.perf_counter()
    page = site.page("index.html")
    readable = time.perf_counter()
    page.get_by_role("button", name="Wake it up").click()
    slider = page.locator(f"#explorer {SLIDER}").first
    slider.wait_for(timeout=120_000)
    answered(page, slider)
    answer = time.perf_counter()
    page.context.close()
    return {"readable": readable - start, "explorer answers, from the click": answer - readable}


def to_read(site: Site) -> dict[str, float]:
    """Open a chapter to read."""
    start = time.perf_counter()
    page = site.page(CHAPTER.replace(".ipynb", ".html"))
    end = time.perf_counter()
    page.context.close()
    return {"readable": end - start}


def live(site: Site) -> dict[str, float]:
    """Open a chapter live, and run it until its explorer answers."""
    start = time.perf_counter()
    notebook = site.open(CHAPTER)
    opened = time.perf_counter()
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    slider = notebook.page.locator(SLIDER).first
    slider.wait_for(timeout=120_000)
    answered(notebook.page, slider)
    end = time.perf_counter()
    notebook.page.context.close()
    return {"notebook open": opened - start, "explorer answers": end - start}


def side_by_side(lab: Lab, site: Site) -> None:
    """Print the medians from key to picture of the same explorer, pressed in turn."""
    notebooks = {"JupyterLab": lab.open(CHAPTER_IN_LAB), "site": site.open(CHAPTER)}
    for notebook in notebooks.values():
        notebook.run_all()
    times = {name: [] for name in notebooks}
    for k in range(2 * PRESSES + 4):
        for name, notebook in notebooks.items():
            times[name].append(press(notebook, KEYS[k % 2]))
    for name, found in times.items():
        print(f"slider to picture, {name:12}{statistics.median(found[4:]):6.1f} ms")
    notebooks["JupyterLab"].close()


def press(notebook: Notebook, key: str) -> float:
    """Return milliseconds from a key to the changed picture."""
    return notebook.burst(notebook.page.locator(f".lstm-slider {SLIDER}").first, key).changed


def main() -> None:
    """Build the site, visit it and print a table."""
    with Lab() as lab, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        site = Site.built(Path(folder) / "_site", lab.browser)
        size = sum(path.stat().st_size for path in site.site.rglob("*") if path.is_file())
        print(f"built            {size / 1e6:6.1f} MB   in {time.perf_counter() - start:.0f} s")
        with site:
            cold(site, "landing page", lambda: landing(site))
            cold(site, "chapter to read", lambda: to_read(site))
            cold(site, "chapter live", lambda: live(site))
            side_by_side(lab, site)


if __name__ == "__main__":
    main()
