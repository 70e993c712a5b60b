"""Checks for the exercises, a module for each chapter; they answer with hints."""
