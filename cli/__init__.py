"""jobctl: one command for people, on top of the engine, the emulator and the job files."""
