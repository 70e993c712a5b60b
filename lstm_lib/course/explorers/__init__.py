"""The explorers of single chapters, each beside its picture.

`x.py` holds the controls, and the words and table that go with them; `x_picture.py` what is drawn,
the scene it is drawn from, and how a run becomes one. What an explorer cannot show is refused with
a TypeError or ValueError that names the argument.
"""
