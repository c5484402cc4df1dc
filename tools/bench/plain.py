"""What one would do without Pulumi: `python -m tools.bench.plain TOOL ROW FOLDER`, for the requests in the folder.

TOOL is `loop` (boto3), `threads` (16 of them) or `cli` (one AWS CLI call a job).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

THREADS = 16


def main(tool: str, row: str, folder: Path) -> None:
    requests = json.loads((folder / "requests.json").read_text("utf-8"))
    if tool == "cli":
        for request in requests:
            given = ["--cli-input-json", json.dumps(request)]
            subprocess.run(
                ["aws", "batch", "submit-service-job", *given], check=True, stdout=subprocess.PIPE
            )
        return
    import boto3
    from botocore.config import Config

    batch = boto3.client("batch", config=Config(max_pool_connections=THREADS))
    ids = folder / "ids.json"

    def submit(request: dict[str, Any]) -> str:
        return str(batch.submit_service_job(**request)["jobId"])

    def describe(job: str) -> None:
        batch.describe_service_job(jobId=job)

    def terminate(job: str) -> None:
        batch.terminate_service_job(jobId=job, reason="bench")

    if row == "up":
        ids.write_text(json.dumps(_each(tool, submit, requests)), "utf-8")
    else:
        call = {"refresh": describe, "destroy": terminate}[row]
        _each(tool, call, json.loads(ids.read_text("utf-8")))


def _each(tool: str, call: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    if tool == "loop":
        return [call(item) for item in items]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(call, items))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
