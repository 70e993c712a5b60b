"""The weights of one LSTM layer as torch, Keras and ONNX keep them, by the names of nn.LSTM.

Keras stacks the gates in torch's order, i, f, c (torch's g), o, but transposed and with one bias;
ONNX stacks them i, o, f, c, with an axis for the direction in front and both biases in one row.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from lstm_lib import _arrays
from lstm_lib.record.base import DIRECTIONS

LAYER = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
FROM_ONNX, TO_ONNX = [0, 2, 3, 1], [0, 3, 1, 2]  # i, f, g, o of i, o, f, c, and back
Weights = dict[str, ndarray]


# --- torch --------------------------------------------------------------------------------------


def of_torch(module: Any, layer: int | None, direction: str | None) -> Weights:
    """Return the weights of one layer and direction of a module that is an LSTM, or wraps one."""
    part = _unwrapped(module)
    names = _names(part)
    ends = [name.removeprefix("weight_ih") for name in names if name.startswith("weight_ih_l")]
    ways = DIRECTIONS if any(end.endswith("_reverse") for end in ends) else DIRECTIONS[:1]
    layer = _chosen("layer", layer, range(len(ends) // len(ways) or 1))
    way = _chosen("direction", direction, ways)
    end = f"_l{layer}" + ("_reverse" if way == "reverse" else "")
    elsewhere = {name for name in names if name.endswith(tuple({*ends} - {end}))}
    w_ih, w_hh, *biases = (name.replace("_l0", end) for name in LAYER)
    found = of_part("module", part, (w_ih, w_hh), biases, elsewhere)
    return {name.replace(end, "_l0"): values for name, values in found.items()}


def of_part(
    name: str,
    part: Any,
    needed: Sequence[str],
    optional: Sequence[str],
    elsewhere: Iterable[str] = (),
) -> Weights:
    """Return parameters of a torch module, which has no others but those that are `elsewhere`.

    What a parametrization computes is read in evaluation mode, in which it changes no buffer.
    """
    found = _names(part, name).difference(elsewhere)
    if not {*needed} <= found <= {*needed, *optional}:
        raise ValueError(
            f"{name} must have the parameters {', '.join((*needed, *optional))} and no others, got "
            f"{', '.join(sorted(found)) or 'none'}; what a hook makes of others must be made a "
            "parameter first, as by torch.nn.utils.remove_weight_norm"
        )
    modes = {module: module.training for module in part.modules()}
    part.eval()
    try:
        return {key: _array(getattr(part, key)) for key in (*needed, *optional) if key in found}
    finally:
        for module, mode in modes.items():
            module.training = mode


def _unwrapped(module: Any) -> Any:
    """Return the LSTM in a compiled module, in a DataParallel or in whatever holds nothing else."""
    names = _names(module)
    paths = {name.rpartition("weight_ih_l0")[0] for name in names if name.endswith("weight_ih_l0")}
    if len(paths) == 1 and all(name.startswith(tuple(paths)) for name in names):
        return module.get_submodule(paths.pop().rstrip("."))
    if paths:
        inside = ", ".join(f"module.{path.rstrip('.')}" for path in sorted(paths))
        kind = type(module).__name__
        raise ValueError(f"module must be an LSTM and nothing else, got a {kind}: pass {inside}")
    return module


def _names(module: Any, name: str = "module") -> set[str]:
    """Return the names in a torch module's state, one for all that a parametrization keeps."""
    if not hasattr(module, "state_dict"):
        raise TypeError(f"{name} must be a torch module, got {_arrays.short(module)}")
    parts = (key.partition("parametrizations.") for key in module.state_dict())
    return {path + rest.partition(".")[0] if rest else path for path, _, rest in parts}


def _chosen(name: str, value: Any, choices: Sequence[Any]) -> Any:
    """Return one of several choices, or the only one if none is named."""
    if value is None and len(choices) == 1:
        return choices[0]
    if value not in choices:
        raise ValueError(f"{name} must be {' or '.join(map(repr, choices))}, got {value!r}")
    return value


def _array(tensor: Any) -> ndarray:
    """Return a tensor as an array; half precision, which NumPy may lack, becomes float32."""
    tensor = tensor.detach().cpu()
    is_half = tensor.is_floating_point() and tensor.element_size() < 4
    return (tensor.float() if is_half else tensor).numpy()


# --- Keras and ONNX -----------------------------------------------------------------------------


def of_keras(weights: Any) -> Weights:
    """Return what `keras.layers.LSTM.get_weights()` returned: kernel, recurrent kernel, bias."""
    given = list(weights) if isinstance(weights, list | tuple) else []
    if len(given) not in (2, 3):
        raise ValueError(
            "weights must be a list of kernel, recurrent_kernel and, if there is one, bias, got "
            f"{_arrays.short(weights)}; of a Bidirectional layer they are one half"
        )
    size, dtype = _size("weights[1]", given[1], axes=2)
    shapes: tuple[Sequence[int | str], ...] = (
        ("input_size", 4 * size),
        (size, 4 * size),
        (4 * size,),
    )
    return {
        name: _arrays.array(f"weights[{k}]", values, shape, dtype).T
        for k, (name, values, shape) in enumerate(zip(LAYER, given, shapes, strict=False))
    }


def to_keras(weights: Weights) -> list[ndarray]:
    """Return kernel, recurrent kernel and bias for `keras.layers.LSTM.set_weights`."""
    w_ih, w_hh, b_ih, b_hh = (weights[name] for name in LAYER)
    return [w_ih.T.copy(), w_hh.T.copy(), b_ih + b_hh]


def of_onnx(w: Any, r: Any, b: Any, direction: str | None) -> Weights:
    """Return one direction of the inputs W, R and B of ONNX's operator LSTM."""
    size, dtype = _size("r", r, axes=3)
    way = _chosen("direction", direction, DIRECTIONS[: len(r)])
    rows = len(r), 4 * size
    found = [
        _arrays.array("w", w, (*rows, "input_size"), dtype)[DIRECTIONS.index(way)],
        _arrays.array("r", r, (*rows, size), dtype)[DIRECTIONS.index(way)],
    ]
    if b is not None:
        both = _arrays.array("b", b, (len(r), 8 * size), dtype)[DIRECTIONS.index(way)]
        found += np.split(both, 2)
    return {name: _in_order(values, FROM_ONNX) for name, values in zip(LAYER, found, strict=False)}


def to_onnx(weights: Weights) -> tuple[ndarray, ndarray, ndarray]:
    """Return the inputs W, R and B of ONNX's operator LSTM, for one direction."""
    w, r, *biases = (_in_order(weights[name], TO_ONNX) for name in LAYER)
    return w[None], r[None], np.concatenate(biases)[None]


def _size(name: str, recurrent: Any, axes: int) -> tuple[int, np.dtype]:
    """Return hidden_size and dtype of recurrent weights, float32 for all below."""
    found = _arrays.numbers(name, recurrent)
    if found.ndim != axes:
        raise ValueError(f"{name} must have {axes} axes, got shape {found.shape}")
    is_small = found.dtype.kind == "f" and found.dtype.itemsize <= 4
    return found.shape[-1 if axes == 3 else 0], np.dtype("float32" if is_small else "float64")


def _in_order(stacked: ndarray, order: list[int]) -> ndarray:
    """Return rows of four gates in another order."""
    return np.concatenate([np.split(stacked, 4)[k] for k in order])
