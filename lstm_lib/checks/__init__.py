"""Checks for the exercises, one module per chapter; they answer with hints."""
