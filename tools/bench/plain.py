"""What one would do without Pulumi: `python -m tools.bench.plain TOOL ROW FOLDER`, for the requests in the folder.

TOOL is `aws` (one call of the AWS CLI a job), or how many threads call boto3.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def main(tool: str, row: str, folder: Path) -> None:
    requests = json.loads((folder / "requests.json").read_text("utf-8"))
    if tool == "aws":
        for request in requests:
            command = ["aws", "batch", "submit-service-job", "--cli-input-json"]
            subprocess.run([*command, json.dumps(request)], check=True, stdout=subprocess.PIPE)
        return
    import boto3
    from botocore.config import Config

    batch = boto3.client("batch", config=Config(max_pool_connections=int(tool)))
    call = {
        "up": lambda request: batch.submit_service_job(**request)["jobId"],
        "refresh": lambda job: batch.describe_service_job(jobId=job)["status"],
        "destroy": lambda job: batch.terminate_service_job(jobId=job, reason="bench"),
    }[row]
    ids = folder / "ids.json"
    with ThreadPoolExecutor(int(tool)) as pool:
        answers = pool.map(call, requests if row == "up" else json.loads(ids.read_text("utf-8")))
        if row == "up":
            ids.write_text(json.dumps(list(answers)), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
