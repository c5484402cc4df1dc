"""The operations of Personalize that batch inference needs. Everything else of it is moto's."""

from __future__ import annotations

from moto.personalize.models import personalize_backends
from moto.personalize.responses import PersonalizeResponse

from ..service.operations import Operations
from . import jobs, solutions, tags
from .models import BatchInferenceBackend


class BatchInferenceResponse(Operations, PersonalizeResponse):
    """Personalize's endpoint."""

    constraint_error = "InvalidInputException"
    handlers = {
        "CreateBatchInferenceJob": jobs.create,
        "DescribeBatchInferenceJob": jobs.describe,
        "ListBatchInferenceJobs": jobs.listed,
        "CreateDatasetGroup": solutions.create_dataset_group,
        "DescribeDatasetGroup": solutions.describe_dataset_group,
        "ListDatasetGroups": solutions.list_dataset_groups,
        "CreateSolution": solutions.create_solution,
        "DescribeSolution": solutions.describe_solution,
        "ListSolutions": solutions.list_solutions,
        "CreateSolutionVersion": solutions.create_solution_version,
        "DescribeSolutionVersion": solutions.describe_solution_version,
        "ListSolutionVersions": solutions.list_solution_versions,
        "CreateFilter": solutions.create_filter,
        "DescribeFilter": solutions.describe_filter,
        "ListFilters": solutions.list_filters,
        "DescribeRecipe": solutions.describe_recipe,
        "ListRecipes": solutions.list_recipes,
        "TagResource": tags.tag,
        "UntagResource": tags.untag,
        "ListTagsForResource": tags.listed,
    }

    @property
    def backend(self) -> BatchInferenceBackend:
        found = personalize_backends[self.current_account][self.region]
        assert isinstance(found, BatchInferenceBackend)
        return found
