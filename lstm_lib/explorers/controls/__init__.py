"""Controls that ipywidgets does not have: sliders with exact numbers, choices, entries, keys."""
