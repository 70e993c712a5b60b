"""From a key press on a slider to the changed picture, in JupyterLab with headless Chromium.

    python -m benchmarks.latency            # all cases, about ten minutes on an idle machine
    python -m benchmarks.latency Cell       # those whose name contains a word

Every case is a cell with sliders and a picture; the cells are in `benchmarks._cases`. A press is
timed in the page, from the time stamp of the key event: `changed` is when the picture in the page
has changed (an image is decoded by then), `painted` the next frame of the screen, up to 16.7 ms
later. `faster` compares `changed` with `interact` and an inline matplotlib figure of about the same
content, which is open beside it and pressed in turn, so that whatever else the machine does slows
both. `burst` presses 40 times as fast as the browser takes keys and times the last press, `busy`
does so while another cell runs a Python loop: medians of three. A slider that ends before the 40th
press has answered before it, so its time can be below zero.
"""

import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from playwright.sync_api import Locator

from benchmarks._cases import BASELINES, CASES, Case
from tests.browser.lab import Answer, Lab, Notebook

PRESSES, MOVES, BURSTS = 15, 40, 3
KEYS = ("ArrowRight", "ArrowLeft")
LOOP = 1.0  # seconds; a burst takes less
BUSY = f"import time\nend = time.time() + {LOOP}\nwhile time.time() < end:\n    pass"


class Page(NamedTuple):
    """A case in a notebook and a kernel of its own, run and warm."""

    case: Case
    notebook: Notebook

    def slider(self, name: str) -> Locator:
        """Return a slider; ipywidgets' own has no name to be found by."""
        if name:
            return self.notebook.slider(name)
        return self.notebook.page.locator(".jp-OutputArea-output [role=slider]").first


class Times(NamedTuple):
    """What one slider took, in milliseconds, and what was pressed in turn with it."""

    name: str
    presses: list[Answer]
    beside: list[Answer]
    burst: float
    busy: float


@contextmanager
def opened(lab: Lab, case: Case) -> Iterator[Page]:
    """Open a case and close it again; an error in its kernel or its page is one here."""
    notebook = lab.open([case.source, BUSY])
    notebook.run_all()
    yield Page(case, notebook)
    errors = notebook.errors()
    assert not errors, "\n".join(errors)
    notebook.close()


def warm(page: Page, name: str) -> Locator:
    """Return a slider where the cell has put it, pressed a few times."""
    page.notebook.execute(page.case.start)
    page.notebook.settle()
    slider = page.slider(name)
    if not page.case.start:  # a burst may have left it at its end
        slider.press("Home")
        page.notebook.settle()
    for key in (*KEYS, *KEYS):
        page.notebook.burst(slider, key)
    return slider


def in_turn(pages: list[tuple[Page, Locator]]) -> list[list[Answer]]:
    """Return the answers to single presses there and back, a list for each page."""
    keys = (KEYS[k % 2] for k in range(PRESSES))
    rounds = [[page.notebook.burst(slider, key) for page, slider in pages] for key in keys]
    return [list(answers) for answers in zip(*rounds, strict=True)]


def last_of_many(page: Page, slider: Locator, while_busy: bool) -> float:
    """Return milliseconds from the last of many quick presses to the last picture."""
    notebook, times = page.notebook, []
    for _ in range(BURSTS):
        slider.press("Home")
        notebook.settle()
        if while_busy:
            notebook.run_cell(1)
            time.sleep(0.3)
        # A late picture counts, even one after the busy cell.
        quiet = 1000 * LOOP + 300 if while_busy else 600
        times.append(notebook.burst(slider, KEYS[0], MOVES, quiet=quiet).changed)
        notebook.wait_idle()
    return statistics.median(times)


def measure(page: Page, baseline: Page | None = None) -> Iterator[Times]:
    """Yield what each slider of a page took, in turn with the baseline's."""
    for name in page.case.sliders:
        pages = [(page, warm(page, name))]
        if baseline:
            pages.append((baseline, warm(baseline, "")))
        presses, *beside = in_turn(pages)
        bursts = (last_of_many(*pages[0], while_busy) for while_busy in (False, True))
        title = f"{page.case.name}: {name}"[:44] if len(name) > 3 else page.case.name
        yield Times(title, presses, [answer for row in beside for answer in row], *bursts)


def line(times: Times) -> str:
    """Return a row of the table."""
    changed, painted = (
        statistics.median(getattr(answer, name) for answer in times.presses)
        for name in ("changed", "painted")
    )
    ordered = sorted(answer.changed for answer in times.presses)
    p95 = ordered[round(0.95 * (len(ordered) - 1))]
    ratio = "-"
    if times.beside:
        ratio = f"{statistics.median(answer.changed for answer in times.beside) / changed:.1f}x"
    return (
        f"{times.name:46}{changed:8.1f}{p95:8.1f}{painted:9.1f}{ratio:>8}"
        f"{times.burst:8.0f}{times.busy:8.0f}"
    )


def groups(words: Iterable[str]) -> dict[str, list[Case]]:
    """Return the cases whose names contain one of the words, by what they are compared with."""
    wanted = [word.lower() for word in words] or [""]
    found = [case for case in CASES if any(word in case.name.lower() for word in wanted)]
    by_baseline = {name: [case for case in found if case.against == name] for name in BASELINES}
    return {name: cases for name, cases in by_baseline.items() if cases}


def main(words: list[str]) -> None:
    """Measure, at most two pages open at a time, and print a table."""
    print(f"milliseconds, medians of {PRESSES} presses; bursts of {MOVES} moves")
    print(f"{'':46}{'changed':>8}{'p95':>8}{'painted':>9}{'faster':>8}{'burst':>8}{'busy':>8}")
    with Lab() as lab:
        for name, cases in groups(words).items():
            with opened(lab, BASELINES[name]) as baseline:
                for times in measure(baseline):
                    print(line(times), flush=True)
                for case in cases:
                    with opened(lab, case) as page:
                        for times in measure(page, baseline):
                            print(line(times), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
