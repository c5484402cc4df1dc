"""The operations of Personalize that batch inference needs. Everything else of it is moto's."""

from __future__ import annotations

from moto.personalize.models import personalize_backends
from moto.personalize.responses import PersonalizeResponse

from ..service.operations import Operations
from . import jobs, resources, solutions
from .records import INFERENCE, SEGMENT
from .resources import describe_operation, list_operation


class BatchInferenceResponse(Operations, PersonalizeResponse):
    """Personalize's endpoint."""

    backends = personalize_backends
    handlers = {
        "CreateBatchInferenceJob": jobs.create_inference_job,
        "DescribeBatchInferenceJob": describe_operation("BatchInferenceJob", INFERENCE),
        "ListBatchInferenceJobs": list_operation("BatchInferenceJob", INFERENCE, newest_first=True),
        "CreateBatchSegmentJob": jobs.create_segment_job,
        "DescribeBatchSegmentJob": describe_operation("BatchSegmentJob", SEGMENT),
        "ListBatchSegmentJobs": list_operation("BatchSegmentJob", SEGMENT, newest_first=True),
        "CreateDatasetGroup": solutions.create_dataset_group,
        "DescribeDatasetGroup": describe_operation("DatasetGroup", solutions.GROUP),
        "ListDatasetGroups": list_operation("DatasetGroup", solutions.GROUP),
        "CreateSolution": solutions.create_solution,
        "DescribeSolution": solutions.describe_solution,
        "ListSolutions": list_operation("Solution", solutions.SOLUTION),
        "CreateSolutionVersion": solutions.create_solution_version,
        "DescribeSolutionVersion": describe_operation("SolutionVersion", solutions.VERSION),
        "ListSolutionVersions": solutions.list_solution_versions,
        "CreateFilter": solutions.create_filter,
        "DescribeFilter": describe_operation("Filter", solutions.FILTER),
        "ListFilters": list_operation("Filter", solutions.FILTER),
        "DescribeRecipe": solutions.describe_recipe,
        "ListRecipes": solutions.list_recipes,
        "TagResource": resources.tag,
        "UntagResource": resources.untag,
        "ListTagsForResource": resources.list_tags,
    }
