"""Every picture is made by the tool, up to date, used, and described in words."""

import json
import re
import xml.etree.ElementTree as ElementTree
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from tests.pictures import outside, overlaps, texts
from tools import images, stills
from tools.stills import forming
from tools.stills.forming.drawing import PARTS, Outputs

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *ROOT.glob("README.md"),
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("chapters/*.ipynb")),
    *sorted(ROOT.glob("chapters/solutions/*.ipynb")),
]
MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<source>[^)\s]+)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>")


def prose(page):
    """Return the Markdown of a page."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def attribute(tag, name):
    """Return an attribute of an HTML tag, or an empty text."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def used(page):
    """Return the (file, alternative text) of every picture a page shows."""
    text = prose(page)
    pairs = [(found["source"], found["alt"]) for found in MARKDOWN_IMAGE.finditer(text)]
    pairs += [(attribute(t, "src"), attribute(t, "alt")) for t in HTML_IMAGE.findall(text)]
    return [(page.parent / source, alt) for source, alt in pairs]


def frames(drawn):
    """Return a picture, or of a film each frame alone: they are never seen together."""
    still, *bodies = re.split(r'<g class="shot s\d+">', drawn.removesuffix("</svg>\n"))
    return [f"{still}<g>{body}</svg>" for body in bodies] or [drawn]


def offered():
    """Return the names of the pictures that each module of `tools.stills` offers."""
    modules = (import_module(m.name) for m in iter_modules(stills.__path__, "tools.stills."))
    return [name for module in modules for name in getattr(module, "PICTURES", ())]


USED = [
    pytest.param(*pair, id=f"{page.name}-{pair[0].name}") for page in PAGES for pair in used(page)
]


def test_no_two_modules_offer_pictures_of_one_name():
    assert sorted(offered()) == sorted(images.PICTURES)


def test_a_film_is_looked_at_frame_by_frame():
    drawn = images.made("explorer.svg").decode()
    assert len(frames(drawn)) == 11
    assert all(overlaps(frame) == [] for frame in frames(drawn))
    assert overlaps(drawn)


def test_every_stored_picture_is_made_by_the_tool():
    assert {file.name for file in images.FOLDER.iterdir()} == set(images.PICTURES)


@pytest.mark.parametrize("name", images.PICTURES)
def test_picture_is_up_to_date(name):
    assert images.is_current(name), "run `make images`"


@pytest.mark.parametrize("name", images.PICTURES)
def test_picture_is_the_same_when_made_again(name):
    assert images.made(name) == images.made(name)


@pytest.mark.parametrize("name", images.PICTURES)
def test_picture_is_used(name):
    assert name in {file.name for page in PAGES for file, _ in used(page)}


@pytest.mark.parametrize("name", images.PICTURES)
def test_svg_is_well_formed_and_says_what_it_shows(name):
    drawn = ElementTree.fromstring(images.made(name))
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(drawn.get("aria-label", "")) > 20


@pytest.mark.parametrize("name", images.PICTURES)
def test_no_text_stands_on_another_or_leaves_the_picture(name):
    for frame in frames(images.made(name).decode()):
        assert overlaps(frame) == []
        assert outside(frame) == []


@pytest.mark.parametrize("name", images.PICTURES)
def test_every_number_is_finite(name):
    assert not re.search(r'"(nan|-?inf)|[ ,](nan|-?inf)\b', images.made(name).decode())


def test_the_training_by_hand_shows_the_published_table():
    drawn = texts(forming.by_hand_training())
    assert {"0.4342", "0.6171", "0.2708", "0.7534", "0.0022", "0.9693"} <= set(drawn)
    assert "both start at −0.04" in drawn


def test_the_recorded_training_ends_where_it_should():
    recorded = forming.recorded()["native"]
    assert recorded["epochs"][-1] == 300
    assert recorded["predictions"][0] == pytest.approx([0.6675, 0.6665], abs=1e-4)
    assert recorded["predictions"][-1][0] == pytest.approx(0, abs=0.001)
    assert recorded["predictions"][-1][1] == pytest.approx(0.981, abs=0.005)


def test_the_recorded_forecasts_are_of_the_series():
    from lstm_lib.course.training import WavesData

    forecasts, data = forming.forecasts(), WavesData(every_step=True)
    x, targets = data.dataset("test").tensors
    assert len(forecasts.starts) == len(forecasts.seen) == 3
    for start, seen, followed in zip(
        forecasts.starts, forecasts.seen, forecasts.followed, strict=True
    ):
        assert seen == pytest.approx(x[start, :, 0].tolist(), abs=0.001)
        assert followed == pytest.approx(targets[start, -1].tolist(), abs=0.001)
    naive = ((targets[:, -1] - x[:, -1]) ** 2).mean().item()
    assert forecasts.naive == pytest.approx(naive, abs=0.001)
    assert forecasts.errors[-1] < 0.7 * forecasts.naive
    assert sorted(forecasts.errors, reverse=True) == forecasts.errors


def test_the_series_in_the_picture_is_cut_where_the_data_are():
    from lstm_lib.course.training import WavesData

    data, total = WavesData(), 0
    for name, (_, end) in zip(("train", "val", "test"), PARTS, strict=True):
        total += len(data.parts[name])
        assert total == round(end * len(data.series))


def test_a_loss_is_the_mean_squared_error_of_both_companies():
    assert Outputs((0,), [(0.5, 0.0)]).losses == [(0.25 + 1.0) / 2]


@pytest.mark.parametrize(("file", "alt"), USED)
def test_used_picture_exists_and_has_alternative_text(file, alt):
    assert file.resolve().is_file()
    assert len(alt) > 20


def test_check_sees_a_picture_that_is_out_of_date(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(images, "PICTURES", {"dot.svg": lambda: "<svg/>"})
    assert not images.is_current("dot.svg", tmp_path)
    images.write("dot.svg", tmp_path)
    assert images.is_current("dot.svg", tmp_path)
    (tmp_path / "dot.svg").write_text("<svg></svg>\n")
    assert not images.is_current("dot.svg", tmp_path)


def test_check_reports_and_writes_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(images, "is_current", lambda name: False)
    monkeypatch.setattr(images, "write", lambda name: pytest.fail("wrote a picture"))
    assert images.main(["--check"]) == 1
    assert capsys.readouterr().out.count("would change") == len(images.PICTURES)


def test_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        images.main(["no_such.svg"])
    assert "no picture is called no_such.svg" in capsys.readouterr().err
