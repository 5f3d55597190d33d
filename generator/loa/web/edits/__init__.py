"""Changes that the console makes to YAML files, with history and undo."""
