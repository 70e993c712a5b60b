"""The built site: its pages, the explorer of its first page, and chapters live in JupyterLite."""

import json
import re

import pytest

from tests.browser.explorers import explorers, move, move_every_slider, sliders
from tests.browser.lab import AXE, REPOSITORY, RUN_AXE, wait_until

pytestmark = pytest.mark.browser
LIVE = sorted(path.name for path in (REPOSITORY / "chapters").glob("0[1-4]*.ipynb"))

PRINTED = """() => jupyterapp.shell.currentWidget.content.widgets
  .filter(({ model }) => model.type === "code")
  .map(({ model }) => model.sharedModel.toJSON().outputs.map((output) =>
    output.output_type === "stream" ? [output.text].flat().join("") : "").join(""))"""

PICTURE = """() => document.querySelector(".lstm-sheets").innerHTML"""


@pytest.fixture(scope="module", params=LIVE, ids=lambda name: name.removesuffix(".ipynb"))
def live(request, site):
    """A chapter, opened in JupyterLite and run."""
    notebook = site.open(f"chapters/{request.param}")
    notebook.run_all()
    yield notebook
    notebook.page.context.close()


def stored(path):
    """Return what each code cell of a notebook has printed when it was stored."""
    cells = json.loads((REPOSITORY / path).read_text(encoding="utf-8"))["cells"]
    outputs = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
    return ["".join("".join(out.get("text", "")) for out in cell) for cell in outputs]


def sources(path):
    """Return the code cells of a notebook."""
    cells = json.loads((REPOSITORY / path).read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def broken_rules(page, selector="body"):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(RUN_AXE, selector)


@pytest.fixture(scope="module")
def landing(site):
    """The first page, its explorer awake."""
    page = site.page("index.html", viewport={"width": 1366, "height": 768})
    page.get_by_role("button", name="Wake it up").click()
    page.locator("#explorer input[type=range]").first.wait_for(timeout=60_000)
    yield page
    page.context.close()


def test_the_first_page_has_the_explorer_alive(landing):
    before = landing.evaluate(PICTURE)
    landing.locator("#explorer input[type=range]").first.press("ArrowRight")
    wait_until(lambda: landing.evaluate(PICTURE) != before, "the picture")


def test_the_first_page_breaks_no_rule_of_accessibility(landing):
    assert broken_rules(landing) == []


def test_the_explorer_of_the_first_page_needs_no_server_once_it_is_awake(landing):
    landing.context.set_offline(True)
    before = landing.evaluate(PICTURE)
    landing.locator("#explorer input[type=range]").first.press("ArrowRight")
    wait_until(lambda: landing.evaluate(PICTURE) != before, "the picture")
    landing.context.set_offline(False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_to_read_has_words_for_its_pictures_and_enough_contrast(site, scheme):
    page = site.page("chapters/03_one_cell.html", color_scheme=scheme)
    assert page.locator("article svg, article img").count() >= 3
    assert page.locator("article img:not([alt])").count() == 0
    assert broken_rules(page, "article") == []
    assert page.get_by_role("link", name="next").or_(page.locator("a.right-next")).count()
    page.context.close()


def test_its_link_opens_the_same_notebook_live(site):
    page = site.page("chapters/03_one_cell.html")
    with page.expect_navigation():
        page.get_by_role("link", name="Open this notebook live").click()
    page.locator(".jp-Notebook h1", has_text="3. One cell").wait_for(timeout=60_000)
    page.context.close()


def test_a_chapter_live_prints_what_is_stored(live):
    assert live.page.evaluate(PRINTED) == stored(live.path)


def test_every_exercise_is_answered_there(live):
    path = live.path.replace("chapters/", "chapters/solutions/")
    answers = [live.execute(source) for source in sources(path)]
    assert answers == stored(path)


def test_every_slider_moves_its_number_and_its_picture(live):
    move_every_slider(live)
    assert live.errors() == []


def test_explorers_answer_when_the_network_is_gone(live):
    live.page.context.set_offline(True)
    slider = next(iter(sliders(explorers(live)[0]).values()))
    before = live.picture()
    move(slider)
    live.wait_change(before)
    live.page.context.set_offline(False)


def test_a_live_explorer_breaks_no_rule_of_accessibility(live):
    assert live.axe() == []


def test_a_changed_cell_survives_a_reload(site):
    notebook = site.open("chapters/01_why_memory.ipynb")
    notebook.page.evaluate("""async () => {
      const { content, context } = jupyterapp.shell.currentWidget;
      const code = content.widgets.find(({ model }) => model.type === "code");
      code.model.sharedModel.setSource("mine = 1");
      await context.save();
    }""")
    notebook.page.goto(site.address(notebook.path))
    notebook.page.locator(".jp-Notebook .cm-line", has_text="mine = 1").wait_for(timeout=60_000)
    notebook.page.context.close()


def test_a_later_chapter_says_in_one_line_what_it_needs(site):
    notebook = site.open("chapters/07_torch_layer.ipynb")
    with pytest.raises(AssertionError) as error:
        notebook.run_all()
    first, *_ = str(error.value).split("\n\n")
    assert re.fullmatch(
        "(numpy|torch) does not run in this browser tab: .* installed course, .*", first
    )
    notebook.page.context.close()


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_missing(site):
    assert site.elsewhere == []
    assert site.not_found() == []
