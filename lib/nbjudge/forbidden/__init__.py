"""Keep an answer from handing its question over to a function of the library."""
