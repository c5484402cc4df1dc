"""A stack's config as those who read it see it."""

from __future__ import annotations

from collections.abc import Mapping

from local.engine.state.values import Secret, plain


def opened(config: Mapping[str, str | Secret]) -> dict[str, str]:
    return {key: str(plain(value)) for key, value in config.items()}


def secret_keys(config: Mapping[str, str | Secret]) -> list[str]:
    return [key for key, value in config.items() if isinstance(value, Secret)]


def shown_config(config: Mapping[str, str | Secret]) -> dict[str, str]:
    return {
        key: "[secret]" if isinstance(value, Secret) else value for key, value in config.items()
    }
