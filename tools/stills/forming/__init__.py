"""Still pictures of trainings: how predictions and forecasts form, and how the loss falls.

The trainings with torch are recorded by `python -m tools.stills.forming.record`.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from lstm_lib.course.tasks.companies import companies
from lstm_lib.course.tasks.waves import waves
from lstm_lib.descent import History, train
from lstm_lib.scalar import ScalarLSTM
from tools.stills.forming import drawing

RECORDED = Path(__file__).with_name("recorded.json")


def by_hand_training() -> str:
    """Draw predictions and loss of the twelve numbers, trained by hand for 5000 epochs."""
    title = "By hand: twelve numbers, Adam with rate 0.001"
    return drawing.training(_by_hand(range(0, 5001, 25)), (2000, 3000, 5000), title)


def native_training() -> str:
    """Draw predictions and loss of nn.LSTM(1, 1), trained for 300 epochs."""
    outputs = drawing.Outputs(**recorded()["native"])
    return drawing.training(outputs, (300,), "Native: nn.LSTM(1, 1), Adam with rate 0.1")


def tensorboard() -> str:
    """Draw the pictures that TensorBoard keeps of two trainings, side by side."""
    return drawing.strip(_by_hand((0, 1000, 2000, 3000, 5000)), forecasts())


def forecast() -> str:
    """Draw the series, and the forecasts for three windows of its test part."""
    return drawing.series(waves().tolist(), forecasts())


def forecasts() -> drawing.Forecasts:
    """Return the recorded forecasts of the waves."""
    return drawing.Forecasts(**recorded()["waves"])


@cache
def recorded() -> dict[str, Any]:
    """Return what was recorded."""
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def _by_hand(epochs: Sequence[int]) -> drawing.Outputs:
    """Return the predictions of the twelve numbers after some epochs of their training."""
    return drawing.Outputs(epochs, [_history().predictions(epoch) for epoch in epochs])


@cache
def _history() -> History:
    """Return the training of the twelve numbers."""
    return train(ScalarLSTM.untrained(), companies(), 5000)[1]


PICTURES = {
    "by_hand_training.svg": by_hand_training,
    "native_training.svg": native_training,
    "tensorboard.svg": tensorboard,
    "forecast.svg": forecast,
}
