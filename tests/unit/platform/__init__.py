"""pulumi_aws warns of its own deprecated names while it is imported: import it here, before warnings are errors."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_aws

    # its modules are loaded by their first use
    PARTS = [
        getattr(module, name)
        for module, name in (
            (pulumi_aws.s3, "Bucket"),
            (pulumi_aws.iam, "Role"),
            (pulumi_aws.batch, "SchedulingPolicy"),
            (pulumi_aws.cloudwatch, "EventRule"),
            (pulumi_aws.sns, "Topic"),
            (pulumi_aws.budgets, "Budget"),
        )
    ]
