"""The pages to read: every chapter with its outputs, by Sphinx, MyST-NB and the book theme."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
MATHJAX = "3.2.2"
LIVE = """<a class="live" href="{up}lite/lab/index.html?path={path}">Open this notebook live</a>
It runs in this browser tab: nothing is installed, and your changes stay here."""
INSTALLED = "To run this chapter you need the [installed course]({up}docs/installation.md)."


def build(root: Path, work: Path, out: Path, live: int, url: str = "") -> None:
    """Build the pages.

    Args:
        root: the repository.
        work: a folder to work in.
        out: where the pages are to be.
        live: the last chapter that runs in a browser.
        url: the site's address, or "".
    """
    source = work / "pages"
    for folder in ("chapters", "images", "docs"):
        ignored = shutil.ignore_patterns("logs", "claims", ".*", "*.py")
        shutil.copytree(root / folder, source / folder, ignore=ignored)
    for path in source.glob("chapters/**/*.ipynb"):
        _to_read(path, path.relative_to(source).as_posix(), live)
    (source / "index.md").write_text(_landing(root, live), encoding="utf-8")
    shutil.copytree(HERE / "page", source / "page")
    _mathjax(source / "page/mathjax")
    # MyST-NB writes a folder beside its output, which is why that lies in `work` at first.
    command = (
        f"-m sphinx --quiet -j 2 -c {HERE} -d {work}/doctrees -D html_baseurl={url} "
        f"-D html_static_path={source}/page {source} {work}/html"
    )
    subprocess.run([sys.executable, *command.split()], check=True)
    shutil.move(work / "html", out)


def _mathjax(folder: Path) -> None:
    """Put MathJax's script and fonts into a folder, so that formulas need no other server."""
    folder.mkdir()
    command = ["npm", "pack", "--silent", f"mathjax@{MATHJAX}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    packed = folder / f"mathjax-{MATHJAX}.tgz"
    with tarfile.open(packed) as tar:
        for member in tar.getmembers():
            name = member.name.removeprefix("package/es5/")
            if name == "tex-chtml.js" or name.startswith("output/chtml/fonts/woff-v2/"):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(tar.extractfile(member).read())
    packed.unlink()


def _to_read(path: Path, name: str, live: int) -> None:
    """Say at a notebook's top how to run it, and put its pictures in with their words."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    first = notebook["cells"][0]
    how = LIVE if int(path.name[:2]) <= live else INSTALLED
    how = how.format(up="../" * name.count("/"), path=name)
    first["source"] = "".join(first["source"]) + f"\n\n{how}\n"
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/svg+xml" in data and "text/html" not in data:
                data["text/html"] = data["image/svg+xml"]
            data.pop("image/svg+xml", None)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def _landing(root: Path, live: int) -> str:
    """Return the landing page: its own text, and the table of chapters from the README."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    table = re.search(r"\n\| \| Chapter.*?\n\n", readme, re.S)[0]
    names = sorted(path.stem for path in (root / "chapters").glob("*.ipynb"))
    listed = "\n".join(f"chapters/{name}" for name in names)
    text = (HERE / "landing.md").read_text(encoding="utf-8")
    found = {"chapters": table.strip(), "names": listed, "live": str(live)}
    return re.sub(r"\{(\w+)\}", lambda match: found.get(match[1], match[0]), text)
