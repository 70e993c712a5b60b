"""A class on one machine: a JupyterHub, and learners who all move a slider once a second.

    python -m benchmarks.classroom [--users 30] [--seconds 60] [--chapters 3 7]

It takes JupyterHub and its proxy, and looks for both on the path; they are no part of the course:

    pip install jupyterhub
    npm install -g configurable-http-proxy

Each learner logs in, gets a server and a kernel, runs the chapter's cells up to its last explorer,
and moves its sliders over the same protocol as a browser. The latency runs from the move to the
last message that it causes, through proxy and server; a browser's own drawing is not in it. The
memory is the proportional share (Pss) of all processes of the hub, so this needs Linux. Learners,
hub and kernels share the machine, and nothing outside it is spoken to.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from benchmarks._cases import CASES

ROOT = Path(__file__).resolve().parents[1]
NEEDED = {
    "jupyterhub": "pip install jupyterhub",
    "jupyterhub-singleuser": "pip install jupyterhub",
    "configurable-http-proxy": "npm install -g configurable-http-proxy",
}
SLIDERS = {case.name: case.sliders for case in CASES}
LONGEST = 600  # seconds that the start of a server may take
PATIENCE = 180  # seconds that a learner waits for a cell or a move
CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/{{username}}"
# By TCP, two servers that start kernels in the same second may pick the same port.
c.Spawner.args = ["--allow-root", "--KernelManager.transport=ipc"]
c.Spawner.environment = {{"OMP_NUM_THREADS": "1", "PYTHONPATH": "{root}"}}
c.Spawner.start_timeout = c.Spawner.http_timeout = {longest}
c.JupyterHub.log_level = "WARN"
c.JupyterHub.services = [{{"name": "class", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [
    {{"name": "class", "services": ["class"],
      "scopes": ["admin:users", "admin:servers", "access:servers"]}}
]
"""


Slider = tuple[str, dict[str, Any]]  # its comm and its state


@dataclass
class Learner:
    """One learner's doings: how long each move took, and what went wrong."""

    name: str
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    pictures: int = 0
    waiting: dict[str, asyncio.Future] = field(default_factory=dict)
    sliders: dict[str, tuple[str, dict[str, Any]]] = field(
        default_factory=dict
    )  # name: comm, state
    socket: Any = None

    async def listen(self) -> None:
        """Read what the kernel says, for as long as it speaks."""
        while (text := await self.socket.read_message()) is not None:
            if isinstance(text, bytes):
                continue  # pictures as bytes; the explorers send SVG
            self.hear(json.loads(text))

    def hear(self, message: dict[str, Any]) -> None:
        """Note a slider, a picture, an error, or that a request is done."""
        kind, content = message["msg_type"], message["content"]
        state = content.get("data", {}).get("state", {}) if kind.startswith("comm") else {}
        if kind == "comm_open" and {"min", "max", "step", "name"} <= state.keys():
            self.sliders[state["name"]] = (content["comm_id"], state)
        if kind == "comm_msg" and any("<svg" in str(value) for value in state.values()):
            self.pictures += 1
        if kind == "error":
            self.errors.append(f"{content['ename']}: {content['evalue']}")
        if kind == "status" and content["execution_state"] in ("dead", "restarting"):
            self.errors.append(f"the kernel is {content['execution_state']}")
        if kind == "status" and content["execution_state"] == "idle":
            done = self.waiting.pop(message["parent_header"].get("msg_id", ""), None)
            if done and not done.done():
                done.set_result(monotonic())

    async def ask(self, kind: str, content: dict[str, Any]) -> float:
        """Send a request; return the seconds until the kernel is done with it."""
        name, start = uuid.uuid4().hex, monotonic()
        header = {"msg_id": name, "msg_type": kind, "username": "", "session": self.name}
        header |= {"version": "5.3", "date": "2020-01-01T00:00:00Z"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.waiting[name] = asyncio.get_running_loop().create_future()
        await self.socket.write_message(json.dumps(message | {"channel": "shell", "buffers": []}))
        return await asyncio.wait_for(self.waiting[name], PATIENCE) - start

    async def run(self, cells: list[str]) -> None:
        """Run cells, one after the other."""
        for cell in cells:
            content = {"code": cell, "silent": False, "store_history": True, "allow_stdin": False}
            await self.ask("execute_request", content | {"user_expressions": {}})

    async def move(self, names: list[str], seconds: float, wait: float) -> None:
        """Move the sliders in turn, once a second; a move waits for the answer to the last."""
        await asyncio.sleep(wait)
        end, turn = monotonic() + seconds, 0
        while monotonic() < end:
            start, (comm, state) = monotonic(), self.sliders[names[turn % len(names)]]
            value = state["value"] + state["step"]
            state["value"] = value if value <= state["max"] else state["min"]
            update = {"method": "update", "state": {"value": state["value"]}, "buffer_paths": []}
            self.latencies.append(await self.ask("comm_msg", {"comm_id": comm, "data": update}))
            turn += 1
            await asyncio.sleep(max(0.0, 1.0 - (monotonic() - start)))


class Hub:
    """A running JupyterHub, spoken to as an administrator."""

    def __init__(self, port: int, token: str, process: subprocess.Popen) -> None:
        self.base, self.token, self.process = f"127.0.0.1:{port}", token, process

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request to the hub's interface, or to that of a learner's server."""
        request = HTTPRequest(
            f"http://{self.base}{path}",
            method,
            headers={"Authorization": f"token {self.token}"},
            body=None if body is None else json.dumps(body),
            request_timeout=LONGEST,
            allow_nonstandard_methods=True,
        )
        reply = await AsyncHTTPClient(max_clients=200).fetch(request)
        return json.loads(reply.body) if reply.body else None

    async def ready(self) -> None:
        """Wait until the hub answers."""
        while self.process.poll() is None:
            with suppress(Exception):
                return await self.ask("GET", "/hub/api/")
            await asyncio.sleep(0.2)
        raise RuntimeError("JupyterHub ended")

    async def enrol(self, name: str, chapter: str) -> Learner:
        """Give a learner a server, and a kernel for a chapter."""
        learner = Learner(name)
        await self.ask("POST", f"/hub/api/users/{name}")
        await self.ask("POST", f"/hub/api/users/{name}/server")
        while (
            not (await self.ask("GET", f"/hub/api/users/{name}"))["servers"]
            .get("", {})
            .get("ready")
        ):
            await asyncio.sleep(0.5)
        what = {"path": chapter, "name": chapter, "type": "notebook", "kernel": {"name": "python3"}}
        session = await self.ask("POST", f"/user/{name}/api/sessions", what)
        place = f"ws://{self.base}/user/{name}/api/kernels/{session['kernel']['id']}/channels"
        request = HTTPRequest(place, headers={"Authorization": f"token {self.token}"})
        learner.socket = await websocket_connect(request, max_message_size=2**27)
        return learner


@contextmanager
def hub(folder: Path, learners: list[str]) -> Iterator[Hub]:
    """Start a JupyterHub that writes below a folder alone, and end it."""
    for name in learners:
        shutil.copytree(ROOT / "chapters", folder / name / "chapters")
    port, inner, api = free_ports(3)
    token = secrets.token_hex(16)
    options = {"port": port, "hub": inner, "api": api, "longest": LONGEST, "token": token}
    config = folder / "jupyterhub_config.py"
    config.write_text(CONFIG.format(folder=folder, root=ROOT, **options))
    command = ["jupyterhub", "-f", str(config)]
    with (folder / "hub.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            yield Hub(port, token, process)
        finally:
            process.terminate()  # the hub ends proxy and servers
            process.wait(60)


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def up_to_the_explorer(number: int) -> tuple[str, list[str], tuple[str, ...]]:
    """Return a chapter's name, its cells up to its last explorer, and the sliders to move."""
    (path,) = ROOT.glob(f"chapters/{number:02}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    shown = [
        (place, name)
        for place, source in enumerate(sources)
        for name in SLIDERS
        if f"{name}(" in source
    ]
    place, name = shown[-1]
    return f"chapters/{path.name}", sources[: place + 1], SLIDERS[name]


def family(pid: int) -> set[int]:
    """Return a process and all that it has started, and they in turn."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    seen, queue = set[int](), [pid]
    while queue:
        seen.add(one := queue.pop())
        queue += children.get(one, [])
    return seen


def megabytes(pids: set[int]) -> float:
    """Return the memory of processes, what they share counted once."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(text.split("\nPss:")[1].split()[0])
    return total / 1024


def cpu_seconds(pids: set[int]) -> float:
    """Return the time that processes have computed."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(parts[11]) + int(parts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def together(learners: list[Learner], doings: list[Coroutine[Any, Any, None]]) -> None:
    """Let each learner do something; what goes wrong for one is noted and stops no other."""
    ends = await asyncio.gather(*doings, return_exceptions=True)
    for learner, end in zip(learners, ends, strict=True):
        if end is not None:
            learner.errors.append(f"{type(end).__name__} {end}".strip())


async def lesson(hub: Hub, names: list[str], number: int, seconds: float) -> str:
    """Let learners work on a chapter; return a row of the table."""
    chapter, cells, wanted = up_to_the_explorer(number)
    load, start = os.getloadavg()[0], monotonic()
    await hub.ready()
    learners = await asyncio.gather(*(hub.enrol(name, chapter) for name in names))
    ears = [asyncio.ensure_future(learner.listen()) for learner in learners]
    served = monotonic() - start
    await together(learners, [learner.run(cells) for learner in learners])
    opened = monotonic() - start - served
    for learner in learners:
        learner.pictures = 0
    pids = family(hub.process.pid)
    before, start = cpu_seconds(pids), monotonic()
    moves = [
        learner.move([name for name in wanted if name in learner.sliders], seconds, k / len(names))
        for k, learner in enumerate(learners)
    ]
    await together(learners, moves)
    busy = (cpu_seconds(pids) - before) / (monotonic() - start)
    size = megabytes(family(hub.process.pid))
    for ear in ears:
        ear.cancel()
    times = sorted(1000 * t for learner in learners for t in learner.latencies)
    late = sum(t > 1000 for t in times)
    errors = [error for learner in learners for error in learner.errors]
    for error in sorted(set(errors)):
        print(f"  error: {error}", file=sys.stderr)
    pictures = sum(learner.pictures for learner in learners)
    median, p95 = statistics.median(times), times[int(0.95 * len(times))]
    return (
        f"| {number} | {len(names)} | {served:.0f} s | {opened:.0f} s | {len(times)} | {pictures} "
        f"| {median:.0f} ms | {p95:.0f} ms | {late} | {len(errors)} | {size:.0f} MB "
        f"| {busy:.1f} | {load:.1f} |"
    )


HEADER = (
    "| chapter | learners | servers up | explorers up | moves | pictures | median | 95 % "
    "| above 1 s | errors | memory | cores busy | load before |"
)


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--chapters", type=int, nargs="+", default=[3, 7])
    options = parser.parse_args()
    for program, how in NEEDED.items():
        if shutil.which(program) is None:
            print(f"benchmarks.classroom needs {program}: {how}", file=sys.stderr)
            return 0  # with the other benchmarks, it is simply left out
    print(f"{os.cpu_count()} cores; a slider moved once a second for {options.seconds:g} s")
    print(HEADER + "\n" + "|---" * HEADER.count(" | ") + "|---|")
    names = [f"learner{number:02}" for number in range(1, options.users + 1)]
    for chapter in options.chapters:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            hub(Path(folder), names) as running,
        ):
            print(asyncio.run(lesson(running, names, chapter, options.seconds)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
