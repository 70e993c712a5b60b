"""Make the pictures of the README and the chapters: `python -m tools.images [--check] [names]`."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tools import stills

FOLDER = Path(__file__).resolve().parent.parent / "images"


def found() -> dict[str, Callable[[], str]]:
    """Return the pictures that the modules of `tools.stills` offer, by the name of their file."""
    pictures: dict[str, Callable[[], str]] = {}
    for module in iter_modules(stills.__path__, f"{stills.__name__}."):
        pictures |= getattr(import_module(module.name), "PICTURES", {})
    return pictures


PICTURES = found()


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
