"""jobctl: the project's command line, on top of the engine, the emulator and the job files."""
