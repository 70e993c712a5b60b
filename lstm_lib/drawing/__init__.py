"""Pictures as SVG text, drawn from a Trace with the standard library alone."""
