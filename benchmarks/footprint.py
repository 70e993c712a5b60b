"""What a learner pays before seeing anything: import time, and the memory of a chapter's kernel.

    python -m benchmarks.footprint

`import lstm_lib` is timed in fresh processes, with the time of an empty one taken off. Chapters
01 to 03 are run on a kernel each, and all three on one; the kernel's resident memory is read
from /proc, so this needs Linux.
"""

import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import nbformat
from jupyter_client.manager import start_new_kernel

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
FIRST_THREE = sorted(CHAPTERS.glob("0[123]_*.ipynb"))
HEAVY = ("numpy", "matplotlib", "torch", "ipywidgets")
RUNS = 15


def seconds(code: str) -> float:
    """Return the median time of a fresh Python process that runs `code`."""
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(perf_counter() - start)
    return statistics.median(times)


def heavy_imports() -> list[str]:
    """Return the heavy packages that `import lstm_lib` loads."""
    code = f"import sys, lstm_lib; print(*(m for m in {HEAVY} if m in sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return shown.stdout.split()


def resident(chapters: list[Path]) -> float:
    """Run the code cells of chapters on one kernel; return its resident memory in MB."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(CHAPTERS))
    try:
        for path in chapters:
            for cell in nbformat.read(path, 4).cells:
                if cell.cell_type == "code":
                    reply = client.execute_interactive(cell.source, output_hook=lambda message: 0)
                    assert reply["content"]["status"] == "ok", (path, cell.source)
        status = Path(f"/proc/{manager.provisioner.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    """Measure and print."""
    took = seconds("import lstm_lib") - seconds("pass")
    print(f"import lstm_lib: {1000 * took:.1f} ms")
    print("heavy packages it loads:", ", ".join(heavy_imports()) or "none")
    for path in FIRST_THREE:
        print(f"kernel after {path.stem}: {resident([path]):.0f} MB")
    print(f"one kernel after all three: {resident(FIRST_THREE):.0f} MB")


if __name__ == "__main__":
    main()
