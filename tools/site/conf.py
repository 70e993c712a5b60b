"""Sphinx's settings for the pages to read."""

project = "An LSTM you can touch"
author = "The lstm_lib authors"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["amsmath", "attrs_block", "dollarmath"]
exclude_patterns = ["**/.ipynb_checkpoints"]
suppress_warnings = ["myst.xref_missing", "myst.header", "toc.not_included", "image.not_readable"]
mathjax_path = "mathjax/tex-chtml.js"
html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "icon.svg"
html_css_files = ["page.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "show_navbar_depth": 1,
    "navbar_persistent": [],  # the search has its place in the sidebar
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
