"""Making what people install: Debian packages, wheels for ARM, the check of wheels, a release."""
