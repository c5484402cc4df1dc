"""Fakes that obey botocore's models: what the model refuses, they refuse."""
