"""An LSTM in NumPy: the scalar LSTM with matrices in place of numbers.

The four gates share one product, stacked in PyTorch's order i, f, g, o. Names and shapes are those
of torch.nn.LSTM with batch_first=True; what does not have the shape that is said, or is no finite
number, is a TypeError or ValueError that names it.

Equations: Gers, Schmidhuber & Cummins (2000), without peepholes.
"""

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy import ndarray

from lstm_lib import _arrays, _validate, _weights
from lstm_lib._weights import LAYER
from lstm_lib.learning import sigmoid
from lstm_lib.record import BatchTrace, Step
from lstm_lib.scalar import Gate, ScalarLSTM

if TYPE_CHECKING:
    import torch

Module = TypeVar("Module", bound="torch.nn.Module")


def cell(z: ndarray, c: ndarray) -> tuple[ndarray, ...]:
    """Run the equations of the LSTM for one time step.

    Args:
        z: W x + U h + b, the four sums stacked i, f, g, o, (batch_size, 4*hidden_size).
        c: the cell state before the step, (batch_size, hidden_size), as are i, f, g, o, c and h,
            which are returned.
    """
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
    i = sigmoid(z_i)
    f = sigmoid(z_f)
    g = np.tanh(z_g)
    o = sigmoid(z_o)
    c_new = f * c + i * g
    return i, f, g, o, c_new, o * np.tanh(c_new)


def cell_backward(step: Step, d_h: ndarray, d_c: ndarray) -> tuple[ndarray, ndarray]:
    """Go back through one time step, by the chain rule.

    Args:
        step: the step, arrays (batch_size, hidden_size).
        d_h, d_c: how the loss changes with its h and c, (batch_size, hidden_size) each.

    Returns:
        how it changes with the four sums z, (batch_size, 4*hidden_size), and with the c before
        the step, (batch_size, hidden_size).
    """
    _, _, c_prev, i, f, g, o, c, _ = step
    shown = np.tanh(c)
    d_c = d_c + d_h * o * (1.0 - shown * shown)
    d_i = d_c * g * (i * (1.0 - i))
    d_f = d_c * c_prev * (f * (1.0 - f))
    d_g = d_c * i * (1.0 - g * g)
    d_o = d_h * shown * (o * (1.0 - o))
    return np.concatenate([d_i, d_f, d_g, d_o], axis=1), d_c * f


class VectorLSTM:
    """A layer of LSTM units, and a linear read-out of them if `output_size` is given.

    `parameters` holds the arrays: weight_ih_l0 (4*hidden_size, input_size) is W, weight_hh_l0
    (4*hidden_size, hidden_size) U, bias_ih_l0 and bias_hh_l0 (4*hidden_size,) add up to b. The
    read-out is y = V h + b_y: weight_out (output_size, hidden_size) is V, bias_out (output_size,)
    b_y. All start uniform in +-1/sqrt(hidden_size), as in PyTorch.

    Args:
        input_size: numbers that come in at a step, at least 1.
        hidden_size: units, each with its own memory, at least 1.
        output_size: numbers that the read-out gives at a step; None for no read-out.
        seed: of NumPy's generator, 0 or more.
        dtype: float64 or float32, of all arrays.
        forget_bias: the sum of both biases of every forget gate at the start; above 0 a new
            network keeps what it has. None leaves them random, as PyTorch does.
            Source: Gers et al. (2000); Jozefowicz et al. (2015) recommend 1.

    Example:
        >>> model = VectorLSTM(input_size=2, hidden_size=3)
        >>> outputs, trace = model.forward(np.zeros((5, 7, 2)))
        >>> outputs.shape, trace.f.shape
        ((5, 7, 3), (5, 7, 3))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int | None = None,
        seed: int = 0,
        dtype: type = np.float64,
        forget_bias: float | None = None,
    ) -> None:
        self.input_size = _validate.count("input_size", input_size, at_least=1)
        self.hidden_size = _validate.count("hidden_size", hidden_size, at_least=1)
        self.output_size = output_size
        if output_size is not None:
            self.output_size = _validate.count("output_size", output_size, at_least=1)
        self.dtype = _arrays.float_type("dtype", dtype)
        draw = np.random.default_rng(_validate.count("seed", seed)).uniform
        bound = 1.0 / sqrt(self.hidden_size)
        self.parameters = {
            name: draw(-bound, bound, shape).astype(self.dtype)
            for name, shape in self.shapes.items()
        }
        if forget_bias is not None:
            rows = slice(self.hidden_size, 2 * self.hidden_size)  # of f, the second of four
            self.parameters["bias_ih_l0"][rows] = _validate.number("forget_bias", forget_bias)
            self.parameters["bias_hh_l0"][rows] = 0.0

    def __repr__(self) -> str:
        read_out = "" if self.output_size is None else f", output_size={self.output_size}"
        return f"VectorLSTM({self.input_size}, {self.hidden_size}{read_out}, dtype={self.dtype})"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter, by name."""
        stacked = 4 * self.hidden_size
        sizes = ((stacked, self.input_size), (stacked, self.hidden_size), (stacked,), (stacked,))
        shapes = dict(zip(LAYER, sizes, strict=True))
        if self.output_size is not None:
            shapes |= {"weight_out": (self.output_size, self.hidden_size)}
            shapes |= {"bias_out": (self.output_size,)}
        return shapes

    # --- forward ------------------------------------------------------------------------------

    def forward(
        self, x: ndarray, h0: ndarray | None = None, c0: ndarray | None = None
    ) -> tuple[ndarray, BatchTrace]:
        """Run a batch of sequences and record every number of it.

        Args:
            x: inputs, (batch_size, seq_len, input_size).
            h0, c0: the state before the first step, (batch_size, hidden_size) each; zeros
                if left out.

        Returns:
            outputs: the read-out at every step, (batch_size, seq_len, output_size), or without
                read-out the hidden states, (batch_size, seq_len, hidden_size).
            trace: what backward() needs and pictures read.
        """
        x = self._array("x", x, ("batch_size", "seq_len", self.input_size))
        h = h0 = self._state("h0", h0, len(x))
        c = c0 = self._state("c0", c0, len(x))
        w = self.parameters
        from_x = x @ w["weight_ih_l0"].T + w["bias_ih_l0"] + w["bias_hh_l0"]
        # from_x: (batch_size, seq_len, 4*hidden_size)
        record = np.empty((6, *x.shape[:2], self.hidden_size), self.dtype)
        for t in range(x.shape[1]):
            record[:, :, t] = cell(from_x[:, t] + h @ w["weight_hh_l0"].T, c)
            c, h = record[4:, :, t]
        trace = BatchTrace(x, **dict(zip("ifgoch", record, strict=True)), h0=h0, c0=c0)
        return self.read_out(trace.h), trace

    def read_out(self, h: ndarray) -> ndarray:
        """Return y = V h + b_y, or a copy of `h` without read-out.

        Args:
            h: hidden states, (..., hidden_size).

        Returns:
            outputs, (..., output_size), or without read-out (..., hidden_size).
        """
        if self.output_size is None:
            return h.copy()
        return h @ self.parameters["weight_out"].T + self.parameters["bias_out"]

    # --- backward -----------------------------------------------------------------------------

    def backward(
        self,
        trace: BatchTrace,
        d_outputs: ndarray,
        d_h_n: ndarray | None = None,
        d_c_n: ndarray | None = None,
    ) -> dict[str, ndarray]:
        """Return how the loss changes with every parameter, the inputs and the first state.

        Args:
            trace: what forward() returned, with the weights as they were then.
            d_outputs: how the loss changes with the outputs, shaped like them.
            d_h_n, d_c_n: how it changes with the last hidden and cell state other than through
                the outputs, (batch_size, hidden_size) each; zeros if left out.

        Returns:
            gradients: by name, shaped like `parameters`; "x", (batch_size, seq_len, input_size);
                "h0" and "c0", (batch_size, hidden_size) each.
        """
        self._check(trace)
        size = self.output_size or self.hidden_size
        d_outputs = self._array("d_outputs", d_outputs, (trace.batch_size, len(trace), size))
        d_h_n = self._state("d_h_n", d_h_n, trace.batch_size)
        d_c_n = self._state("d_c_n", d_c_n, trace.batch_size)
        gradients, d_h = self._read_out_backward(trace.h, d_outputs)
        d_z, d_h0, d_c0 = self._through_time(trace, d_h, d_h_n, d_c_n)
        gradients |= self._layer_gradients(trace, d_z)
        return gradients | {"x": d_z @ self.parameters["weight_ih_l0"], "h0": d_h0, "c0": d_c0}

    def _layer_gradients(self, trace: BatchTrace, d_z: ndarray) -> dict[str, ndarray]:
        """Return the layer's gradients from what arrives at the sums inside its gates.

        A weight's share at one step is what came in on its wire times the change at its gate's
        sum; the share of a bias is that change itself. The shares of all steps add up.
        """
        h_prev = np.concatenate([trace.h0[:, None], trace.h[:, :-1]], axis=1)  # shaped like h
        d_bias = d_z.sum(axis=(0, 1))  # (4*hidden_size,)
        return {
            "weight_ih_l0": _outer(d_z, trace.x),
            "weight_hh_l0": _outer(d_z, h_prev),
            "bias_ih_l0": d_bias,
            "bias_hh_l0": d_bias.copy(),
        }

    def _read_out_backward(
        self, h: ndarray, d_outputs: ndarray
    ) -> tuple[dict[str, ndarray], ndarray]:
        """Return the gradients of the read-out and what arrives at `h`, shaped like it."""
        if self.output_size is None:
            return {}, d_outputs
        gradients = {"weight_out": _outer(d_outputs, h), "bias_out": d_outputs.sum(axis=(0, 1))}
        return gradients, d_outputs @ self.parameters["weight_out"]

    def _through_time(
        self, trace: BatchTrace, d_h_out: ndarray, d_h: ndarray, d_c: ndarray
    ) -> tuple[ndarray, ndarray, ndarray]:
        """Walk from the last step to the first: backpropagation through time.

        Args:
            trace: what forward() recorded.
            d_h_out: what the outputs say to each h, (batch_size, seq_len, hidden_size).
            d_h, d_c: what arrives at the last state from behind, (batch_size, hidden_size) each.

        Returns:
            d_z: how the loss changes with the sums inside the gates, before sigmoid and tanh,
                (batch_size, seq_len, 4*hidden_size); then the same of h0 and of c0.
        """
        d_z = np.empty((*trace.c.shape[:2], 4 * self.hidden_size), self.dtype)
        for t in reversed(range(len(trace))):
            d_z[:, t], d_c = cell_backward(trace[t], d_h + d_h_out[:, t], d_c)
            d_h = d_z[:, t] @ self.parameters["weight_hh_l0"]
        return d_z, d_h, d_c

    # --- checks -------------------------------------------------------------------------------

    def _array(self, name: str, values: object, shape: tuple[int | str, ...]) -> ndarray:
        """Return a copy of `values` in this model's dtype, checked."""
        return _arrays.array(name, values, shape, self.dtype)

    def _state(self, name: str, values: object, batch_size: int) -> ndarray:
        """Return a state for every sequence and unit, zeros if it is left out."""
        shape = (batch_size, self.hidden_size)
        return np.zeros(shape, self.dtype) if values is None else self._array(name, values, shape)

    def _check(self, trace: object) -> None:
        """Refuse what no forward() of a model of these sizes has returned."""
        if not isinstance(trace, BatchTrace):
            raise TypeError(f"trace must be the Trace that forward() returned, got {trace!r}")
        expected = (self.input_size, self.hidden_size, self.hidden_size, self.dtype)
        found = (trace.input_size, trace.hidden_size, trace.h.shape[2], trace.c.dtype)
        if found != expected:
            raise ValueError(
                f"trace must be of a {self!r}, got one with input_size {found[0]}, hidden_size "
                f"{found[1]}, dtype {found[3]}"
            )

    # --- the same weights in another model ----------------------------------------------------

    @classmethod
    def from_scalar(cls, model: ScalarLSTM) -> "VectorLSTM":
        """Return the twelve numbers as a layer of one unit; bias_hh_l0 is zero."""
        if not isinstance(model, ScalarLSTM):
            raise TypeError(f"model must be a ScalarLSTM, got {model!r}")
        gates = [getattr(model, name) for name in "ifgo"]
        made = cls(1, 1)
        made.parameters["weight_ih_l0"][:, 0] = [gate.w_x for gate in gates]
        made.parameters["weight_hh_l0"][:, 0] = [gate.w_h for gate in gates]
        made.parameters["bias_ih_l0"][:] = [gate.b for gate in gates]
        made.parameters["bias_hh_l0"][:] = 0.0
        return made

    def to_scalar(self) -> ScalarLSTM:
        """Return the twelve numbers of a layer of one unit, the two biases added into one."""
        if (self.input_size, self.hidden_size, self.output_size) != (1, 1, None):
            raise ValueError(
                f"to_scalar needs input_size 1, hidden_size 1 and no read-out, got {self!r}"
            )
        w_x, w_h, *biases = (self.parameters[name].reshape(4) for name in LAYER)
        rows = np.stack([w_h, w_x, sum(biases)], axis=1).tolist()  # (4, 3)
        return ScalarLSTM(**{name: Gate(*row) for name, row in zip("ifgo", rows, strict=True)})

    @classmethod
    def from_torch(
        cls,
        module: "torch.nn.Module",
        read_out: "torch.nn.Module | None" = None,
        layer: int | None = None,
        direction: str | None = None,
    ) -> "VectorLSTM":
        """Return the weights of a torch layer, copied; those in half precision as float32.

        Args:
            module: torch.nn.LSTM or whatever has its parameter names, without projection; it may
                be compiled or wrapped, and parametrised, as by weight_norm. Biases it lacks are
                zero.
            read_out: torch.nn.Linear, or whatever has its names, to become the read-out.
            layer, direction: which of several, from 0, and "forward" or "reverse"; a VectorLSTM
                reads forward, so one of these reads sequences that were turned around.
        """
        found = _weights.of_torch(module, layer, direction)
        if read_out is not None:
            linear = _weights.of_part("read_out", read_out, ("weight",), ("bias",))
            found |= {f"{name}_out": values for name, values in linear.items()}
        return cls._of(found)

    @classmethod
    def from_keras(cls, weights: Sequence[ndarray]) -> "VectorLSTM":
        """Return the weights of a layer of Keras, copied; its one bias becomes bias_ih_l0.

        Args:
            weights: what `get_weights()` of a keras.layers.LSTM returns, whose activations are
                tanh and sigmoid: kernel (input_size, 4*hidden_size), recurrent_kernel
                (hidden_size, 4*hidden_size) and, if there is one, bias (4*hidden_size,), the
                gates stacked i, f, c, o.
        """
        return cls._of(_weights.of_keras(weights))

    def to_keras(self) -> list[ndarray]:
        """Return what `set_weights` of a keras.layers.LSTM takes; the read-out stays here."""
        return _weights.to_keras(self.parameters)

    @classmethod
    def from_onnx(
        cls, w: ndarray, r: ndarray, b: ndarray | None = None, direction: str | None = None
    ) -> "VectorLSTM":
        """Return the weights of ONNX's operator LSTM, copied.

        Args:
            w, r, b: its inputs W (directions, 4*hidden_size, input_size), R (directions,
                4*hidden_size, hidden_size) and B (directions, 8*hidden_size), the gates stacked
                i, o, f, c. Peepholes there must be none.
            direction: "forward" or "reverse", see `from_torch`; needed if there are two.
        """
        return cls._of(_weights.of_onnx(w, r, b, direction))

    def to_onnx(self) -> tuple[ndarray, ndarray, ndarray]:
        """Return the inputs W, R and B of ONNX's operator LSTM; the read-out stays here."""
        return _weights.to_onnx(self.parameters)

    @classmethod
    def _of(cls, found: dict[str, ndarray]) -> "VectorLSTM":
        """Return a model of these parameters, copied; biases that are missing are zero."""
        w_ih, w_hh = found["weight_ih_l0"], found["weight_hh_l0"]
        output_size = len(found["weight_out"]) if "weight_out" in found else None
        made = cls(w_ih.shape[1], w_hh.shape[1], output_size, dtype=w_ih.dtype.type)
        for name, shape in made.shapes.items():
            values = found.get(name, np.zeros(shape))
            made.parameters[name] = _arrays.array(name, values, shape, made.dtype)
        return made

    def to_torch(self) -> "torch.nn.LSTM":
        """Return torch.nn.LSTM, batch_first, with these weights copied; the read-out stays here."""
        import torch

        made = torch.nn.LSTM(self.input_size, self.hidden_size, batch_first=True)
        return self._into(made, {name: name for name in LAYER})

    def read_out_to_torch(self) -> "torch.nn.Linear":
        """Return the read-out as torch.nn.Linear, its weights copied."""
        import torch

        if self.output_size is None:
            raise ValueError(f"read_out_to_torch needs a read-out, got {self!r}")
        made = torch.nn.Linear(self.hidden_size, self.output_size)
        return self._into(made, {"weight": "weight_out", "bias": "bias_out"})

    def _into(self, module: "Module", names: dict[str, str]) -> "Module":
        """Give `module` these weights, {its name: name here}, and this dtype."""
        import torch

        module = module.to(getattr(torch, self.dtype.name))
        arrays = {its: torch.from_numpy(self.parameters[here]) for its, here in names.items()}
        module.load_state_dict(arrays)  # copies
        return module


def _outer(d_z: ndarray, wire: ndarray) -> ndarray:
    """Return a weight's gradient: change at the sum times what came in, added over all steps.

    Args:
        d_z: how the loss changes with the sums, (batch_size, seq_len, rows).
        wire: what was on the wires, (batch_size, seq_len, columns).

    Returns:
        (rows, columns).
    """
    return d_z.reshape(-1, d_z.shape[-1]).T @ wire.reshape(-1, wire.shape[-1])
