"""A year of an imaginary web, night by night, with the truth of every link on every day of it."""
