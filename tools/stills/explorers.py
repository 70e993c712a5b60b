"""Still pictures that explorers draw: for places where nothing can be moved."""

from lstm_lib.course.explorers import cell_picture as cell
from lstm_lib.course.explorers.cell import CellExplorer
from lstm_lib.course.explorers.training import TrainingExplorer
from lstm_lib.course.tasks.companies import companies
from lstm_lib.drawing.svg import document, line, number, shape, text
from lstm_lib.scalar import ScalarLSTM
from tools.stills.film import film


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
        (cell.frame(), cell.state(step, model)),
        f"One LSTM cell on day 4 of company B. The memory {number(step.c_prev)} is kept, "
        f"{number(step.i * step.g)} is written to it, and of the new memory {number(step.c)} "
        f"the cell shows {number(step.h)}.",
    )


def training() -> str:
    """Draw the training of the twelve numbers to its end, epoch 5000."""
    return TrainingExplorer().render()


PICTURES = {"explorer.svg": explorer_film, "cell.svg": one_cell, "training.svg": training}
