"""What the README shows is run as it is written."""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from lstm_lib.explorers import TraceExplorer
from lstm_lib.trace import trace

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]


def programs(heading: str) -> list[str]:
    """The Python blocks under one heading."""
    section = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


class Around(nn.Module):
    """Somebody's module, with an LSTM inside."""

    def __init__(self):
        super().__init__()
        self.body = nn.LSTM(3, 5, batch_first=True)
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        return self.head(self.body(x)[0][:, -1])


MODELS = {
    "plain": lambda: nn.LSTM(3, 5),
    "deep": lambda: nn.LSTM(3, 5, num_layers=2, bidirectional=True, batch_first=True),
    "inside": Around,
}


@pytest.mark.parametrize("kind", MODELS)
def test_the_gates_of_your_own_lstm_in_three_lines(kind):
    torch.manual_seed(0)
    first, *rest = programs("See the gates of your own nn.LSTM in three lines")
    *imports, last = (line for line in first.splitlines() if line)
    assert len(imports) == 2  # and one that opens it: three lines
    names = {"model": MODELS[kind](), "x": torch.randn(4, 6, 3)}
    exec("\n".join(imports), names)
    assert isinstance(eval(last, names), TraceExplorer)
    exec("\n".join(rest), names)
    assert names["forget"].shape[2] == 5
    assert set(names["table"]["quantity"]) == set("xifgoch")
    assert (names["shut"].layer(0).f[:, :, 3] == 0).all()
    assert not (names["forget"][:, :, 3] == 0).any()


def test_the_library_in_five_lines(capsys):
    (program,) = programs("The library behind them")
    exec(program, {})
    said = re.search(r"# (\[.*\])", program)[1]
    assert capsys.readouterr().out.splitlines()[0] == said


def test_the_commands_exist():
    from lstm_lib.course.train import DATA, MODELS

    page = (ROOT / "docs/command_line.md").read_text(encoding="utf-8")
    named = re.findall(r"lstm_lib.course.train \w+ --model (\S+) --data (\S+)", page)
    assert named
    for model, data in named:
        assert model in MODELS
        assert data in DATA


def test_the_tree_of_the_library_is_the_tree():
    tree = re.search(r"^lstm_lib/\n(.*?)```", README, re.DOTALL | re.MULTILINE)[1]
    named = {line.split()[0] for line in tree.splitlines()}
    there = {p.name if p.is_file() else f"{p.name}/" for p in (ROOT / "lstm_lib").iterdir()}
    assert named == {name for name in there if name[0] != "_" and name != "py.typed"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


def test_every_example_of_open_your_network_gives_what_it_says():
    page = (ROOT / "docs/open_your_network.md").read_text(encoding="utf-8")
    names, checked = {}, 0
    torch.manual_seed(0)
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        code = []
        for line in block.splitlines():
            if "  # -> " not in line:
                code.append(line)
                continue
            exec("\n".join(code), names)
            expression, said = line.split("  # -> ")
            assert str(eval(expression, names)) == said, line
            code, checked = [], checked + 1
        exec("\n".join(code), names)
    assert checked >= 14
    assert not torch.equal(names["keeps"].result, trace(names["tagger"], names["tokens"]).result)
    assert names["changes"]["change"].gt(0).all()
