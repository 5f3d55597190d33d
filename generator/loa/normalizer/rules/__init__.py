"""How each kind of thing is read; `normalizer.reader` puts the rules of these modules in order."""
