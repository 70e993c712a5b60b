"""Explorers: sliders around a picture that answers at once."""
