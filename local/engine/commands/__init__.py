"""The commands, one module each subject, and the command line that names them."""
