"""Build the site: `python -m tools.site [--compiled ADDRESS]`."""

import argparse
import shutil
from pathlib import Path

from tools.site import lite, pages, pyodide

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Build the pages, then JupyterLite among them."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument(
        "--compiled",
        default="",
        help="address of Pyodide's own packages, for NumPy, pandas and matplotlib; without it, "
        "chapters 1 to 4 run in the browser",
    )
    parser.add_argument("--url", default="", help="where the site will be: for its canonical links")
    parser.add_argument("--out", type=Path, default=ROOT / "_site", help="where to: _site")
    given = parser.parse_args()
    work, site = ROOT / "build/site", given.out
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(site, ignore_errors=True)
    pages.build(ROOT, work, site, 6 if given.compiled else 4, given.url)
    pyodide.build(ROOT, work / "lite/static/pyodide", given.compiled)
    lite.build(ROOT, work / "lite", site / "lite")
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(f"{site.name}: {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
