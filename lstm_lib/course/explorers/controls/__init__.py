"""Controls of the course's own explorers: a string of letters, keys. See the library's."""
