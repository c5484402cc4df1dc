"""Where CloudWatch Logs' requests go: to moto's responses, which ask our backend."""

from moto.logs.urls import url_bases, url_paths

__all__ = ["url_bases", "url_paths"]
