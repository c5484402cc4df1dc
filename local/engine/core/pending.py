"""What is said of calls that were under way when a command was stopped."""

from __future__ import annotations

from local.engine.state.model import Snapshot


def warning(snapshot: Snapshot) -> str:
    lines = "".join(
        f"  * {each.resource.urn}, interrupted while {each.type}\n" for each in snapshot.pending
    )
    return (
        f"Attempting to deploy or update resources with {len(snapshot.pending)} pending operations "
        f"from previous deployment.\n{lines}"
        "These resources are in an unknown state because the Pulumi CLI was interrupted while "
        "waiting for changes to these resources to complete. You should confirm whether or not the "
        "operations listed completed successfully by checking the state of the appropriate provider. "
        "For example, if you are using AWS, you can confirm using the AWS Console.\n\n"
        "Once you have confirmed the status of the interrupted operations, you can repair your stack "
        "using `pulumi refresh` which will refresh the state from the provider you are using and "
        "clear the pending operations if there are any.\n\n"
        "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations."
    )
