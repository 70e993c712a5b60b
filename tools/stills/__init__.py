"""The still pictures of README and chapters, drawn by `python -m tools.images`."""
