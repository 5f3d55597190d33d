"""The console: one place in the browser for the officer, the operator, the editor and the leader who signs."""
