"""The still pictures of README and chapters, drawn by `python -m tools.images`.

Each module, and each package, offers its pictures in `PICTURES`: functions that return SVG as
text, by the name of the file. The same code always gives the same text.
"""
