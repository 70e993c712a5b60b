"""The course: what only the chapters show. The library never imports it."""
