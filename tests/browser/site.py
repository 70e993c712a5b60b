"""The built site behind a plain web server, and a browser in which it is opened."""

import json
import subprocess
import sys

from tests.browser.lab import REPOSITORY, Lab

BUILDER = REPOSITORY / ".venv-site/bin/python"


class Site(Lab):
    """The site in `folder`; `open` shows one of its notebooks live, `page` any page of it.

    `browser` is that of a running Lab: Playwright starts once. `elsewhere` lists every address
    that was asked for on any other machine.
    """

    STATUS = "/index.html"

    def __init__(self, folder, browser):
        super().__init__()
        self.site, self.other_browser = folder, browser
        self.elsewhere = []

    @classmethod
    def built(cls, folder, browser):
        """Return the site, built into a folder that is not there yet."""
        assert BUILDER.exists(), "the site's own environment: make .venv-site/.installed"
        command = [BUILDER, "-m", "tools.site", "--out", folder]
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
        path = folder / "lite/jupyter-lite.json"
        config = json.loads(path.read_text())
        config["jupyter-config-data"]["exposeAppInBrowser"] = True
        path.write_text(json.dumps(config))
        return cls(folder, browser)

    def address(self, path):
        """Return where a notebook opens in JupyterLite."""
        return f"{self.url}/lite/lab/index.html?path={path}"

    def context(self, **options):
        """Return a new context of the browser, whose requests are watched."""
        context = self.other_browser.new_context(**options)
        context.on("request", self._note_request)
        return context

    def page(self, path, **options):
        """Return a page of the site, open; `console` holds the errors of its console."""
        page = self.context(**options).new_page()
        page.goto(f"{self.url}/{path}")
        return page

    def not_found(self):
        """Return the paths that the server was asked for and does not have."""
        lines = self.server_log().splitlines()
        return [line for line in lines if '" 404 ' in line]

    def _note_request(self, request):
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def _start_browser(self):
        pass

    def _store(self, source):
        return source

    def _fill_home(self):
        self.root.mkdir()

    def _command(self, port):
        where = ("--bind", "127.0.0.1", "--directory", str(self.site), str(port))
        return [sys.executable, "-m", "http.server", *where]
