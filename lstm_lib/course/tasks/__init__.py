"""Tasks: the sequences a model is given and the targets it should reach, a module each."""
