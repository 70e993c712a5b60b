"""Tasks: the sequences a model is given and the targets it should reach, a module each.

In the whole package an argument that is not what it has to be is refused with a TypeError or
ValueError that names it. A `seed`, 0 or more, is that of the random draw: it says everything.
"""
