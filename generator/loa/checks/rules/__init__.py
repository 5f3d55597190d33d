"""What is looked at, by subject; `checks` puts the rules of these modules in order."""
