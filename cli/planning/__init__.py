"""A reviewer's plan: read from the engine's preview document, said in text, Markdown or JSON."""
