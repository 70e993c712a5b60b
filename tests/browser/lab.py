"""A JupyterLab server in a temporary folder, a headless Chromium, and notebooks open in it.

    with Lab() as lab:
        notebook = lab.open(["from lstm_lib.explorers import VectorExplorer; VectorExplorer()"])
        notebook.run_all()
        notebook.press("step", "ArrowRight")
        assert notebook.errors() == []

Nothing here reads or writes the user's Jupyter settings, and nothing needs a network.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from typing import NamedTuple

import axe_playwright_python
import nbformat
from playwright.sync_api import sync_playwright

from lstm_lib.course.doctor import find_chromium

REPOSITORY = pathlib.Path(__file__).parents[2]
SERVED = ("chapters", "images")
AXE = pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SETTINGS = {
    # All outputs stay in the page, on screen or not.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}
# Messages of others that do not count, each with its reason.
ALLOWED = [
    # JupyterLab asks a new kernel for its widgets before ipywidgets is imported there.
    r"No such comm: [0-9a-f-]+\s*$",
    r"No such comm target registered: jupyter\.widget\.control\s*$",
]


def wait_until(condition, what, timeout=30):
    """Return the first true result of `condition()`, asking 20 times a second."""
    end = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout} s for {what}")
        time.sleep(0.05)
    return result


# An error in the log of the server or a kernel, and the lines after it.
LOGGED_ERROR = r"^(?:\[E |.*\bERROR\b|Traceback).*(?:\n.*){0,30}"


class Lab:
    """A running JupyterLab and a browser: `open` shows notebooks in it.

    Args:
        dark: Whether JupyterLab shows its dark theme.
        scale: Device pixels per CSS pixel in pictures of the page.
    """

    STATUS = "/api/status"  # what answers once the server does

    def __init__(self, dark=False, scale=1):
        self.settings = SETTINGS | {
            "apputils-extension/themes": {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"}
        }
        self.scale = scale
        self.notebooks = []

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lstm-lab-", ignore_cleanup_errors=True)
        self.home = pathlib.Path(self.folder.name)
        self.root = self.home / "root"
        try:
            self._start_server()
            self._start_browser()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in ("browser", "playwright"):
            if part := self.__dict__.pop(name, None):
                part.close() if name == "browser" else part.stop()
        if server := self.__dict__.pop("server", None):
            server.terminate()
            server.wait(timeout=20)
        if log := self.__dict__.pop("log", None):
            log.close()
        self.folder.cleanup()

    def open(self, source, width=1280, height=900):
        """Return the `Notebook` at a path, or one made of a list of code cells, open in a tab."""
        path = self._store(source)
        context = self.context(viewport={"width": width, "height": height})
        notebook = Notebook(self, context, path)
        self.notebooks.append(notebook)
        return notebook

    def context(self, **options):
        """Return a new context of the browser."""
        return self.browser.new_context(device_scale_factor=self.scale, **options)

    def address(self, path):
        """Return where a notebook opens: a workspace of its own, where no other tab is restored."""
        return f"{self.url}/lab/workspaces/w{len(self.notebooks)}/tree/{path}"

    def trust(self, path):
        """Trust a notebook, given by its path in the repository, as `make lab` does."""
        command = [sys.executable, "-m", "jupyter", "trust", str(self.root / path)]
        subprocess.run(command, env=self._environment(), check=True, capture_output=True)

    def server_log(self):
        """Return what the server and its kernels have written so far."""
        return (self.home / "server.log").read_text(errors="replace")

    def _store(self, source):
        """Put the notebook into the served folder and return its path there."""
        if isinstance(source, list | tuple):
            cells = [nbformat.v4.new_code_cell(cell) for cell in source]
            path = f"cells{len(self.notebooks)}.ipynb"
            kernel = {"name": "python3", "display_name": "Python 3"}
            notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
            nbformat.write(notebook, self.root / path)
            return path
        source = pathlib.Path(source).resolve()
        inside = source.is_relative_to(REPOSITORY)
        path = source.relative_to(REPOSITORY) if inside else pathlib.Path(source.name)
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, self.root / path)
        return path.as_posix()

    def _start_server(self):
        self._fill_home()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = (self.home / "server.log").open("wb")
        self.server = subprocess.Popen(
            self._command(port), cwd=self.root, env=self._environment(), stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        wait_until(self._answers, "the server to start", timeout=60)

    def _fill_home(self):
        self.root.mkdir()
        for name in SERVED:
            if (REPOSITORY / name).is_dir():
                shutil.copytree(REPOSITORY / name, self.root / name)
        for name, values in self.settings.items():
            path = self.home / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        config = self.home / "config/labconfig/page_config.json"
        config.parent.mkdir(parents=True)
        announcements = "@jupyterlab/apputils-extension:announcements"
        config.write_text(json.dumps({"disabledExtensions": {announcements: True}}))

    def _command(self, port):
        return [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
            *("--IdentityProvider.token=", f"--ServerApp.root_dir={self.root}"),
            *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
        ]

    def _environment(self):
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        return os.environ | {name: str(self.home / folder) for name, folder in folders.items()}

    def _answers(self):
        if self.server.poll() is not None:
            raise RuntimeError(f"the server ended:\n{self.server_log()}")
        try:
            with urllib.request.urlopen(f"{self.url}{self.STATUS}", timeout=5) as reply:
                return reply.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def _start_browser(self):
        path = find_chromium()
        if path is None:
            raise RuntimeError("no Chromium found")
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)


class Answer(NamedTuple):
    """Milliseconds from the time stamp of a key press.

    Fields:
        changed: until the picture in the page has changed; an image is decoded by then.
        painted: until the browser's next frame, which at 60 Hz comes up to 16.7 ms later.
    """

    changed: float
    painted: float


class Notebook:
    """A notebook open in JupyterLab; `page` is Playwright's page."""

    def __init__(self, lab, context, path):
        self.lab = lab
        self.path = path
        self.log_start = len(lab.server_log())
        self.console = []
        self.page = context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        self.page.goto(lab.address(path))
        self.page.wait_for_function(READY)
        self._ask(START_KERNEL)

    def run_all(self, timeout=120):
        """Run all cells, wait for their widgets; raise AssertionError with a cell's error."""
        errors = self._ask(RUN_ALL, timeout=timeout)
        assert not errors, "\n\n".join(strip_ansi(error) for error in errors)
        self.settle()

    def run_cell(self, index):
        """Start running the cell at `index` and return at once."""
        self.page.evaluate(RUN_CELL, index)

    def is_running(self, index):
        """Return whether the cell at `index` is running or waiting to run."""
        prompt = self.page.locator(".jp-Cell").nth(index).locator(".jp-InputPrompt")
        return "*" in prompt.text_content()

    def execute(self, code):
        """Run `code` in the kernel, outside any cell, and return what it printed.

        First the kernel deals with what its widgets have sent: their messages go over a subshell
        of their own, which code could overtake.
        """
        self.page.wait_for_function("window.unanswered.size === 0")
        reply = self._ask(EXECUTE, code)
        assert not reply["error"], strip_ansi(reply["error"])
        return reply["printed"]

    def settle(self, quiet=150, timeout=15_000):
        """Wait until the kernel has answered all widgets and no output has changed for a while.

        `quiet` is that while, in milliseconds.
        """
        self.page.wait_for_function("window.unanswered.size === 0")
        self.page.evaluate(SETTLE, [quiet, timeout])

    def sliders(self, inside=".jp-Notebook"):
        """Return {accessible name: Playwright locator} of all our sliders, in page order."""
        found = self.page.locator(f"{inside} .lstm-slider input[type=range]").all()
        return {slider.get_attribute("aria-label"): slider for slider in found}

    def slider(self, name, nth=0):
        """Return the slider of this accessible name (the `nth` of them in the page)."""
        return self.page.get_by_role("slider", name=name, exact=True).nth(nth)

    def field(self, name, nth=0):
        """Return the number field of the slider of this accessible name."""
        label = f"{name}, type a number"
        return self.page.get_by_role("textbox", name=label, exact=True).nth(nth)

    def press(self, slider, *keys):
        """Press keys on a slider, given by its accessible name or as a locator."""
        slider = self.slider(slider) if isinstance(slider, str) else slider
        for key in keys:
            slider.press(key)

    def wait_text(self, text, inside=".jp-Notebook", timeout=5000):
        """Wait until the output areas inside a selector show `text`."""
        place = self.page.locator(f"{inside} .jp-OutputArea").filter(has_text=text)
        place.first.wait_for(timeout=timeout)

    def picture(self, inside=".jp-Notebook"):
        """Return all pictures in the outputs inside a selector, as one string to compare."""
        return self.page.evaluate(PICTURE, inside)

    def wait_change(self, before, inside=".jp-Notebook", timeout=5000):
        """Wait until `picture` is no longer `before` and return it."""
        self.page.wait_for_function(
            f"([inside, before]) => ({PICTURE})(inside) !== before",
            arg=[inside, before], timeout=timeout,
        )  # fmt: skip
        return self.picture(inside)

    def burst(self, slider, key, count=1, quiet=150, last=""):
        """Press a key `count` times; return the `Answer` to the last press.

        It ends with the last change of a picture in the slider's cell: of that which shows the
        text `last`, or if that is empty, once there was none for `quiet` ms.
        """
        slider = self.slider(slider) if isinstance(slider, str) else slider
        slider.focus()
        self.page.evaluate(WATCH, [quiet, last])
        for _ in range(count):
            self.page.keyboard.press(key)
        return Answer(*self._ask("() => window.watched"))

    def wait_idle(self, timeout=60):
        """Wait until the kernel runs no cell."""
        status = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
        wait_until(lambda: self.page.evaluate(status) == "idle", "the kernel", timeout)

    def axe(self, selector=".jp-OutputArea-output"):
        """Return axe's serious and critical violations inside a selector, as readable lines."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        return self.page.evaluate(RUN_AXE, selector)

    def errors(self):
        """Return every error of the console and the kernel since the notebook was opened."""
        kernel = [strip_ansi(error) for error in self.page.evaluate("window.kernelErrors")]
        log = re.findall(LOGGED_ERROR, self.lab.server_log()[self.log_start :], re.MULTILINE)
        found = self.console + kernel + log
        return [error for error in found if not any(re.match(a, error) for a in ALLOWED)]

    def close(self):
        """Shut the kernel down and close the tab."""
        self.wait_idle()  # the server logs an error when a kernel ends while it starts
        self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.context.close()

    def _ask(self, script, argument=None, timeout=60):
        """Return what an asynchronous function in the page returns, in at most `timeout` s."""
        limit = f'setTimeout(() => reject(Error("no answer in {timeout} s")), {timeout * 1000})'
        return self.page.evaluate(
            f"""(argument) => Promise.race([
              ({script})(argument), new Promise((_, reject) => {limit})])""",
            argument,
        )

    def _note_console(self, message):
        if message.type == "error":
            self.console.append(f"{message.text} ({message.location.get('url', '')})")


def strip_ansi(text):
    """Return `text` without terminal colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


READY = """() => window.jupyterapp?.shell.currentWidget?.sessionContext !== undefined"""

START_KERNEL = """async () => {
  const { context, sessionContext } = jupyterapp.shell.currentWidget;
  await context.ready;
  await sessionContext.ready;
  window.kernelErrors = [];
  window.unanswered = new Set(); // messages of widgets the kernel has not dealt with yet
  sessionContext.session.kernel.anyMessage.connect((_, { direction, msg }) => {
    const { header, parent_header, content } = msg;
    if (direction === "send" && header.msg_type === "comm_msg") unanswered.add(header.msg_id);
    if (content.execution_state === "idle") unanswered.delete(parent_header.msg_id);
  });
  // Errors of widget callbacks belong to no cell; those of cells are reported by run_all.
  sessionContext.iopubMessage.connect((_, { header, parent_header, content }) => {
    if (parent_header.msg_type === "execute_request") return;
    if (header.msg_type === "error") window.kernelErrors.push(content.traceback.join("\\n"));
    if (header.msg_type === "stream" && content.name === "stderr")
      window.kernelErrors.push(content.text);
  });
}"""

RUN_ALL = """async () => {
  const { content } = jupyterapp.shell.currentWidget;
  await jupyterapp.commands.execute("notebook:run-all-cells");
  return content.widgets.filter(({ model }) => model.type === "code").flatMap(({ model }) => {
    const { outputs, execution_count, source } = model.sharedModel.toJSON();
    const errors = outputs.filter((output) => output.output_type === "error");
    if (errors.length) return errors.map((error) => error.traceback.join("\\n"));
    return execution_count || !source.length ? [] : [`this cell did not run:\\n${source}`];
  });
}"""

RUN_CELL = """(index) => {
  const { content, sessionContext } = jupyterapp.shell.currentWidget;
  content.activeCellIndex = index;
  void jupyterapp.commands.execute("notebook:run-cell");
}"""

EXECUTE = """async (code) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false });
  const reply = { printed: "", error: "" };
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === "stream") reply.printed += content.text;
    if (header.msg_type === "error") reply.error = content.traceback.join("\\n");
  };
  await future.done;
  return reply;
}"""

SETTLE = """([quiet, timeout]) => new Promise((resolve, reject) => {
  const stop = (end, value) => { observer.disconnect(); clearTimeout(timer); end(value); };
  const restart = () => { clearTimeout(timer); timer = setTimeout(() => stop(resolve), quiet); };
  const observer = new MutationObserver(restart);
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  document.querySelectorAll(".jp-OutputArea").forEach((area) => observer.observe(area, all));
  setTimeout(() => stop(reject, new Error("the outputs keep changing")), timeout);
  let timer;
  restart();
})"""

PICTURE = """(inside) => [...document.querySelectorAll(
  `${inside} .jp-OutputArea-output :is(svg, img, canvas)`)]
  .map((node) => node.outerHTML).join("\\n")"""

# Leaves a promise of milliseconds in window.watched.
WATCH = """([quiet, last]) => {
  const cell = document.activeElement.closest(".jp-OutputArea-output");
  const drawn = ".jp-OutputArea-output :is(svg, svg *, img, canvas)";
  const element = (node) => node instanceof Element ? node : node.parentElement;
  const changes = ({ target, addedNodes }) => [...addedNodes, target].some((node) =>
    element(node)?.closest(drawn) || node !== target && element(node)?.querySelector("svg, img"));
  window.watched = new Promise((resolve, reject) => {
    let press, timer = setTimeout(() => finish(reject, Error(`no ${last}`)), 20000);
    const note = (event) => { press = event.timeStamp; };
    const finish = (end, value) => {
      observer.disconnect();
      removeEventListener("keydown", note, true);
      end(value);
    };
    const pictures = () => [...cell.querySelectorAll("svg, img")];
    const shown = () => pictures().some((picture) => picture.outerHTML.includes(last));
    const observer = new MutationObserver(async (records) => {
      if (press === undefined || !records.some(changes) || !shown()) return;
      const decode = (image) => image.decode().catch(() => 0);
      await Promise.all([...cell.querySelectorAll("img")].map(decode));
      const changed = performance.now();
      await new Promise(requestAnimationFrame);
      const times = [changed - press, performance.now() - press];
      clearTimeout(timer);
      timer = setTimeout(() => finish(resolve, times), last ? 0 : quiet);
    });
    addEventListener("keydown", note, true);
    const anything = { subtree: true, childList: true, characterData: true, attributes: true };
    observer.observe(cell, anything);
  });
}"""

RUN_AXE = """async (selector) => {
  const options = { preload: false, resultTypes: ["violations"] };
  const { violations } = await axe.run({ include: [selector] }, options);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}"""
