"""Keep an answer from calling a library function that does what the exercise asks for."""
