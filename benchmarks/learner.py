"""What one learner takes of a machine: memory and computing time of each chapter's kernel.

    python -m benchmarks.learner [number ...]

Every code cell of a chapter is run on a kernel of its own, with one thread. The memory is the
largest that the kernel has held (VmHWM of /proc, so this needs Linux), the computing time that of
the kernel and what it started. The notebook server beside it and the browser are not in it.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from jupyter_client.manager import start_new_kernel

CHAPTERS = sorted((Path(__file__).resolve().parents[1] / "chapters").glob("*.ipynb"))


def run(path: Path, folder: str) -> tuple[float, float, float]:
    """Run a chapter in a folder; return its kernel's peak memory in MB, CPU seconds and seconds."""
    options = {"cwd": folder, "env": os.environ | {"OMP_NUM_THREADS": "1"}}
    quiet = ["--log-level=CRITICAL"]
    manager, client = start_new_kernel(kernel_name="python3", extra_arguments=quiet, **options)
    try:
        start = perf_counter()
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                client.execute_interactive("".join(cell["source"]), output_hook=lambda message: 0)
        seconds, process = perf_counter() - start, Path(f"/proc/{manager.provisioner.pid}")
        peak = int(process.joinpath("status").read_text().split("VmHWM:")[1].split()[0])
        times = process.joinpath("stat").read_text().rpartition(")")[2].split()[11:15]
        return peak / 1024, sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), seconds
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    """Measure and print a table."""
    wanted = [f"{int(number):02}_" for number in sys.argv[1:]] or [""]
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("| chapter | memory | computing | running |")
    print("|---|---|---|---|")
    for path in CHAPTERS:
        if path.name.startswith(tuple(wanted)):
            with tempfile.TemporaryDirectory() as folder:
                size, cpu, seconds = run(path, folder)
            number = int(path.name[:2])
            print(f"| {number} | {size:.0f} MB | {cpu:.1f} s | {seconds:.0f} s |", flush=True)


if __name__ == "__main__":
    main()
