"""One module per speech engine. Heavy imports stay inside the functions that need them."""
