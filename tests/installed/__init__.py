"""The package as a user gets it: built, installed in an empty environment, and used."""
