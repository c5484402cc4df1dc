"""`examples/queue`: the AWS CLI's commands make what the Pulumi program declares."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session

from components.wire import normalize_numbers
from tests.unit.examples.test_queue import FOLDER, KINDS, by_kind, found
from tests.unit.platform.recording import Registry

if TYPE_CHECKING:
    from local.aws.server.emulator import Emulator

__all__ = ["found"]


def test_the_cli_commands_make_the_same(
    found: Registry, emulator: Emulator, tmp_path: Path
) -> None:
    """`queue.sh` runs as it stands, and asks AWS for exactly what the program declares."""
    env = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    done = subprocess.run(
        ["bash", str(FOLDER / "queue.sh"), "training-cli"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "jobQueue: training-cli"
    shown = _described(emulator.endpoint)
    for kind in KINDS:
        declared = sorted(
            _plain({k: v for k, v in inputs.items() if k != "jobQueue"})
            for inputs in by_kind(found, kind)
        )
        # a quota share's queue is shown by name, and was chosen by being listed
        fields = {field for inputs in by_kind(found, kind) for field in inputs} - {"jobQueue"}
        there = [{k: v for k, v in each.items() if k in fields} for each in shown[kind]]
        assert sorted(map(_plain, there)) == declared


def _described(endpoint: str) -> dict[str, list[dict[str, Any]]]:
    """What AWS has after the commands, by kind."""
    client = botocore.session.get_session().create_client(
        "batch",
        "us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    [queue] = client.describe_job_queues(jobQueues=["training-cli"])["jobQueues"]
    environments = [order["serviceEnvironment"] for order in queue["serviceEnvironmentOrder"]]
    shares = client.list_quota_shares(jobQueue="training-cli")["quotaShares"]
    return {
        "ServiceEnvironment": client.describe_service_environments(
            serviceEnvironments=environments
        )["serviceEnvironments"],
        "SchedulingPolicy": client.describe_scheduling_policies(
            arns=[queue["schedulingPolicyArn"]]
        )["schedulingPolicies"],
        "JobQueue": [queue],
        "QuotaShare": [
            client.describe_quota_share(quotaShareArn=share["quotaShareArn"]) for share in shares
        ],
    }


def _plain(record: dict[str, Any]) -> str:
    """A record as text, under the name that both could have."""
    return json.dumps(normalize_numbers(record), sort_keys=True, default=str).replace(
        "training-cli", "training"
    )
