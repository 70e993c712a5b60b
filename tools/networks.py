"""Train the stored networks again and compare: `python -m tools.networks [names]`.

Each module of `lstm_lib.course.networks` that has a `retrained` is trained, its weights are rounded
as the stored ones are, and what is said is how many of them are the stored ones and how well the
rounded network works. On another processor a training ends elsewhere, which is why the weights
are stored.
"""

import argparse
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import numpy as np

from lstm_lib.course import networks
from lstm_lib.course.networks import stored
from lstm_lib.vector import VectorLSTM


def modules() -> dict[str, ModuleType]:
    """Return the modules of all stored networks, by name."""
    names = (page.name for page in iter_modules(networks.__path__))
    found = {name: import_module(f"{networks.__name__}.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, "retrained")}


def rounded(network: object, decimals: int) -> VectorLSTM:
    """Return a network with its weights rounded, the two biases added into one."""
    if not isinstance(network, VectorLSTM):
        network = VectorLSTM.from_torch(network.double().layer, network.read_out)
    weights = network.parameters
    weights["bias_ih_l0"] = weights["bias_ih_l0"] + weights["bias_hh_l0"]
    weights["bias_hh_l0"] = np.zeros_like(weights["bias_hh_l0"])
    network.parameters = {name: values.round(decimals) for name, values in weights.items()}
    return network


def decimals_of(model: VectorLSTM) -> int:
    """Return how many decimals the weights of a stored network have."""
    return max(len(f"{w:g}".partition(".")[2]) for p in model.parameters.values() for w in p.flat)


def same(found: VectorLSTM, model: VectorLSTM) -> str:
    """Say how many of the weights are the stored ones."""
    pairs = [(values, model.parameters[name]) for name, values in found.parameters.items()]
    equal = sum(int(np.isclose(one, other, rtol=0, atol=1e-9).sum()) for one, other in pairs)
    return f"{equal} of {sum(one.size for one, _ in pairs)} weights are the stored ones"


def main(arguments: list[str] | None = None) -> None:
    """Train and compare."""
    found = modules()
    parser = argparse.ArgumentParser(prog="python -m tools.networks", description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(found))
    for name in parser.parse_args(arguments).names or found:
        model = stored.load(name)
        again = rounded(found[name].retrained(), decimals_of(model))
        print(f"{name}: {same(again, model)}; {found[name].judged(again)}")


if __name__ == "__main__":
    main()
