"""A reviewer's plan: read from the engine's preview document, written as text, Markdown or JSON."""
