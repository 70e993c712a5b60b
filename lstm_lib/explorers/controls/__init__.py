"""Controls that ipywidgets does not have: sliders with exact numbers, choices.

An argument that is unknown, of the wrong kind or in contradiction to another is refused with a
TypeError or ValueError that names it. `layout` is as for every widget of ipywidgets.
"""
