"""Write the links that open a chapter on Binder or Colab, for wherever the repository lies.

`python -m tools.links`, after the address in pyproject.toml was changed: it is the one place that
holds it. The links go into docs/teaching.md.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/teaching.md"
START, END = "<!-- made by python -m tools.links -->", "<!-- made so far -->"
BRANCH = "main"


def address(root: Path = ROOT) -> str:
    """Return where the repository lies, `https://github.com/owner/name`."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["urls"]["Repository"]


def first_cell(repository: str) -> str:
    """Return what a chapter needs on Colab before its own first cell."""
    return f"""%pip install --quiet "lstm_lib[training] @ git+{repository}" "seaborn>=0.13.2"
from google.colab import output
output.enable_custom_widget_manager()"""


def row(path: Path, where: str) -> str:
    """Return a chapter's line of the table; `where` is the repository's owner and name."""
    text = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
    title = re.match(r"# (.*)", "".join(text))[1]
    file = path.relative_to(ROOT).as_posix()
    binder = f"https://mybinder.org/v2/gh/{where}/{BRANCH}?urlpath=lab/tree/{file}"
    colab = f"https://colab.research.google.com/github/{where}/blob/{BRANCH}/{file}"
    return f"| {title} | [Binder]({binder}) | [Colab]({colab}) |"


def written(page: str, repository: str) -> str:
    """Return a page with its links and Colab's first cell made anew."""
    before, rest = page.split(START)
    _, after = rest.split(END)
    where = repository.removeprefix("https://github.com/")
    rows = [row(path, where) for path in sorted((ROOT / "chapters").glob("*.ipynb"))]
    table = "\n".join(["| chapter | | |", "|---|---|---|", *rows])
    cell = f"On Colab, run this cell first:\n\n```\n{first_cell(repository)}\n```"
    return f"{before}{START}\n\n{table}\n\n{cell}\n\n{END}{after}"


def main() -> int:
    """Write the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(page, address()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
