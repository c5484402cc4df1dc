"""A deployment: what a program asks for, what follows from it, and how it is carried out."""
