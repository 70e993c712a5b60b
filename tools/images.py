"""Make the pictures of the README and the chapters.

`python -m tools.images [--check] [names]`. A picture is a function that returns SVG as text; the
same code always gives the same text.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from lstm_lib.course.explorers import cell_picture as cell
from lstm_lib.course.explorers.cell import CellExplorer
from lstm_lib.course.explorers.training import TrainingExplorer
from lstm_lib.course.tasks.companies import companies
from lstm_lib.course.tasks.counting import counting
from lstm_lib.course.tasks.waves import waves
from lstm_lib.course.trained import counter
from lstm_lib.descent import History, train
from lstm_lib.drawing.svg import document, line, number, shape, text
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Clamp, trace
from tools.stills import chapters, forming, lightning, torch_layer
from tools.stills.copying import copy_task
from tools.stills.film import film
from tools.stills.fused import fused
from tools.stills.lanes import lanes
from tools.stills.looking_inside import looking_inside

FOLDER = Path(__file__).resolve().parent.parent / "images"
RECORDED = Path(__file__).with_name("recorded.json")  # made by tools.record


def explorer_film() -> str:
    """Film the flagship explorer: company B day by day, then its forget gate is shut."""
    explorer = CellExplorer()
    frames = []
    for day in (1, 2, 3, 4):
        explorer.day.value = day
        frames.append((1.3, _shot(explorer, f"company B, day {day}: the memory grows")))
    for bias in (0.6, -0.4, -1.4, -2.4, -3.4, -4.4, -5.4):
        explorer.f_b.value = bias
        frames.append((0.5, _shot(explorer, "now shut the forget gate, and the memory is gone")))
    frames[-1] = (3.0, frames[-1][1])
    return film(
        (880, explorer.size[1] + 44),
        f'<g transform="translate(0 44)">{explorer.view().still}</g>',
        frames,
        "The cell explorer: over four days the memory of company B grows to 2.4 and the network "
        "predicts 0.969; as a slider shuts the forget gate, the memory fades and the prediction "
        "falls.",
    )


def _shot(explorer: CellExplorer, caption: str) -> str:
    """Draw one frame: the slider that moves, and under it what the explorer shows."""
    moves, bias = explorer.view().moves, explorer.f_b.value
    handle = 640 + 160 * (bias + 8) / 16
    return "".join(
        (
            text(8, 26, caption, 16, "b"),
            text(632, 25, "forget gate, bias b", 13, "end ink-f"),
            line(640, 20, 800, 20, "line", stroke_width=4),
            shape("circle", "fill-f", cx=handle, cy=20.0, r=8),
            text(870, 25, number(bias), 14, "b end"),
            f'<g transform="translate(0 44)">{moves}</g>',
        )
    )


def one_cell() -> str:
    """Draw the cell on day 4 of company B, with the published numbers."""
    model, (_, company_b) = ScalarLSTM.published(), companies()
    step = model.run(company_b.xs)[3]
    return document(
        cell.SIZE,
        (cell.frame(), cell.state(step, model.numbers)),
        f"One LSTM cell on day 4 of company B. The memory {number(step.c_prev)} is kept, "
        f"{number(step.i * step.g)} is written to it, and of the new memory {number(step.c)} "
        f"the cell shows {number(step.h)}.",
    )


def training() -> str:
    """Draw the training of the twelve numbers to its end, epoch 5000."""
    return TrainingExplorer().render()


def by_hand_training() -> str:
    """Draw predictions and loss of the twelve numbers, trained by hand for 5000 epochs."""
    title = "By hand: twelve numbers, Adam with rate 0.001"
    return forming.training(_by_hand(range(0, 5001, 25)), (2000, 3000, 5000), title)


def native_training() -> str:
    """Draw predictions and loss of nn.LSTM(1, 1), trained for 300 epochs."""
    recorded = _recorded()["native"]
    outputs = forming.Outputs(recorded["epochs"], recorded["predictions"])
    return forming.training(outputs, (300,), "Native: nn.LSTM(1, 1), Adam with rate 0.1")


def tensorboard() -> str:
    """Draw the pictures that TensorBoard keeps of two trainings, side by side."""
    return forming.strip(_by_hand((0, 1000, 2000, 3000, 5000)), _forecasts())


def forecast() -> str:
    """Draw the series, and the forecasts for three windows of its test part."""
    return forming.series(waves().tolist(), _forecasts())


def counting_cell() -> str:
    """Draw the memory of the stored counter over a^8 b^8, untouched and with a leak."""
    model, x = counter(), counting([8]).x  # (1, 17, 3)
    runs = trace(model, x), trace(model, x, clamp=Clamp("f", 0.9, units=1))
    memories = (run[0].select(unit=1).c for run in runs)
    return looking_inside("T" + "a" * 8 + "b" * 8, *memories)


def _by_hand(epochs: Sequence[int]) -> forming.Outputs:
    """Return the predictions of the twelve numbers after some epochs of their training."""
    return forming.Outputs(epochs, [_history().predictions(epoch) for epoch in epochs])


@cache
def _history() -> History:
    """Return the training of the twelve numbers."""
    return train(ScalarLSTM.untrained(), companies(), 5000)[1]


@cache
def _recorded() -> dict[str, Any]:
    """Return what `python -m tools.record` has stored."""
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def _forecasts() -> forming.Forecasts:
    return forming.Forecasts(**_recorded()["waves"])


PICTURES: dict[str, Callable[[], str]] = {
    "explorer.svg": explorer_film,
    "two_companies.svg": chapters.two_companies,
    "unrolled.svg": chapters.unrolled,
    "soft_switch.svg": chapters.soft_switch,
    "cell.svg": one_cell,
    "training.svg": training,
    "fused.svg": fused,
    "copy_task.svg": copy_task,
    "torch_layer.svg": torch_layer.torch_layer,
    "company_a.svg": partial(chapters.company, "A"),
    "company_b.svg": partial(chapters.company, "B"),
    "lightning.svg": lightning.lightning,
    "by_hand_training.svg": by_hand_training,
    "tensorboard.svg": tensorboard,
    "by_hand_native.svg": lightning.by_hand_native,
    "native_training.svg": native_training,
    "forecast.svg": forecast,
    "looking_inside.svg": counting_cell,
    "gradient_flow.svg": lanes,
}


def made(name: str) -> bytes:
    """Return the bytes of the picture called `name`."""
    return (PICTURES[name]().rstrip("\n") + "\n").encode()


def is_current(name: str, folder: Path = FOLDER) -> bool:
    """Return whether the stored picture is what its function draws today."""
    file = folder / name
    return file.is_file() and file.read_bytes() == made(name)


def write(name: str, folder: Path = FOLDER) -> None:
    """Store the picture called `name`."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(made(name))


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.images", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(PICTURES)}")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on a change")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(PICTURES):
        parser.error(f"no picture is called {', '.join(sorted(unknown))}")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Make the pictures and return 0, or 1 if, with `--check`, one is out of date."""
    options = parse_arguments(arguments)
    changed = [name for name in options.names or PICTURES if not is_current(name)]
    for name in changed:
        print(f"images/{name}: {'would change' if options.check else 'changed'}")
        if not options.check:
            write(name)
    return int(options.check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
