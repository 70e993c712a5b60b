"""Networks that were trained once, so that everyone looks at the same one: a module each.

A training of a thousand steps ends at other weights on another processor, because the last digit
of a sum is not the same there. What is to be looked into needs weights that stand still: rounded,
with both biases added up in bias_ih_l0, in a JSON file beside the module. A module has the stored
network; the training that it comes from; `retrained`, that very training; `judged`, how well a
network does its task, in words; and `JUDGED`, what that says of the stored one. `python -m
tools.networks` trains them all again and compares.

In the whole package an argument that is not what it has to be is refused with a TypeError or
ValueError that names it.
"""
