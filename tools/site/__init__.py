"""The site: the course as a static folder that any web server can hold, `make site`.

    _site/index.html     the landing page, with an explorer that wakes up in the page
    _site/chapters/      every chapter to read, with its outputs
    _site/lite/          the same notebooks live: JupyterLite, whose Python is Pyodide

All of it comes from the registries of Python and npm; who visits it loads nothing from elsewhere,
unless NumPy and the like are asked for (`tools.site.pyodide`). It is built in an environment of
its own, `.venv-site`, because what JupyterLite adds to a JupyterLab is not for the course's own.
"""
