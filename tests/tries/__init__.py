"""What the Try list of a chapter promises is what its explorers show."""


def shown(explorer, **values):
    """Set controls by name and return the explorer's sentence."""
    with explorer.together():
        for name, value in values.items():
            explorer.controls[name].value = value
    return explorer.view().says
