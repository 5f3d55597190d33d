"""One module an engine; each keeps its heavy imports to itself."""
