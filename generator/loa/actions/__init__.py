"""What a person may do: one function an act, called by the command line, the pages and the API alike."""
