"""What is known of a stack and how it is kept: resources, checkpoint, secrets, settings, backend."""
