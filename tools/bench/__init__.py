"""How long commands take, what they ask of AWS, and how that compares with what one would do without this project."""
