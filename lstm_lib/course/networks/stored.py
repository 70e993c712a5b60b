"""Networks from the files beside this module: NumPy alone, no torch."""

import json
from importlib.resources import files

import numpy as np

from lstm_lib.vector import VectorLSTM


def load(name: str) -> VectorLSTM:
    """Return the network whose weights are in `name`.json: `VectorLSTM.parameters`, by name."""
    text = (files(__package__) / f"{name}.json").read_text(encoding="utf-8")
    weights = {key: np.array(values, float) for key, values in json.loads(text).items()}
    input_size, hidden_size = (weights[f"weight_{wire}_l0"].shape[1] for wire in ("ih", "hh"))
    model = VectorLSTM(input_size, hidden_size, output_size=len(weights["bias_out"]))
    model.parameters = weights
    return model
