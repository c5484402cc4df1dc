"""A team's own repository: which paths are upstream's, how one is made, how it is upgraded."""
