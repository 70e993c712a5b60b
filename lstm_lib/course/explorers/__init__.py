"""The explorers of single chapters, each beside its picture."""
