"""A stack's job files, expanded once; what is learned later is filled into the jobs that wait for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .. import policy
from ..errors import Problem, Problems
from ..jobfile import Context, Job, JobFile, Pending, code_folders, expand
from ..policy import Policy
from ..wire import leaves

# (job, expression) -> value; the job is "" where the expression means the same in every job
Answers = dict[tuple[str, str], str]


@dataclass(frozen=True)
class JobFiles:
    """Job files as they were read, and the problems of reading them.

    `elsewhere` names jobs that may be depended on besides those of the files.
    """

    files: Sequence[JobFile]
    problems: Sequence[Problem] = ()
    elsewhere: frozenset[str] = frozenset()


class Expansion:
    """The stack's jobs as far as they are known. Problems are collected until somebody raises them."""

    def __init__(
        self, read: JobFiles, context: Context, policies: Sequence[Policy], root: Path
    ) -> None:
        self._read, self._context = read, context
        self._job_policies = [each for each in policies if each.scope == "job"]
        self._stack_policies = [each for each in policies if each.scope == "stack"]
        self._answers: Answers = {}
        self._problems: set[Problem] = set()
        self.jobs: list[Job] = []
        self.pending: dict[str, list[str]] = {}
        self._compose(read.files, read.elsewhere)
        self._problems.update(code_folders.missing(self.jobs, root))

    @property
    def problems(self) -> list[Problem]:
        """All that is known to be wrong, sorted."""
        totals = policy.problems(self._stack_policies, self.jobs, self._context.stack)
        return sorted({*self._read.problems, *self._problems, *totals})

    def raise_errors(self, more: Iterable[Problem] = ()) -> None:
        """Raise `Problems`, all of them, if one is an error."""
        problems = {*self.problems, *more}
        if any(problem.level == "error" for problem in problems):
            raise Problems(problems)

    def fill(self, answers: Answers) -> list[Job]:
        """Compose again the jobs that wait for one of the answers, and return them."""
        self._answers |= answers
        paths = {
            job.file
            for job in self.jobs
            if any(
                (job.name, expression) in answers or ("", expression) in answers
                for expression in self.pending[job.name]
            )
        }
        files = [file for file in self._read.files if file.path in paths]
        names = frozenset(job.name for job in self.jobs)
        self.jobs = [job for job in self.jobs if job.file not in paths]
        self._problems = {problem for problem in self._problems if problem.file not in paths}
        return self._compose(files, self._read.elsewhere | names)

    def compose_without(self, answers: Answers, names: Collection[str]) -> list[Job]:
        """Return all jobs, these as they are without the answers. Changes nothing."""
        paths = {job.file for job in self.jobs if job.name in names}
        files = [file for file in self._read.files if file.path in paths]
        left = {key: value for key, value in self._answers.items() if key not in answers}
        known = frozenset(job.name for job in self.jobs)
        again, _ = expand(files, self._knowing(left), self._read.elsewhere | known)
        composed = {job.name: job for job in again}
        return [composed.get(job.name, job) for job in self.jobs]

    def _compose(self, files: Sequence[JobFile], elsewhere: frozenset[str]) -> list[Job]:
        if not files:
            return []
        jobs, problems = expand(files, self._knowing(self._answers), elsewhere)
        self._problems |= {
            *problems,
            *policy.problems(self._job_policies, jobs, self._context.stack),
        }
        self.jobs = sorted([*self.jobs, *jobs], key=lambda job: job.name)
        self.pending |= {job.name: _list_pending(job) for job in jobs}
        return jobs

    def _knowing(self, answers: Answers) -> Context:
        def lookup(job: str, expression: str) -> str | None:
            return answers.get((job, expression)) or answers.get(("", expression))

        return replace(self._context, lookup=lookup)


def _list_pending(job: Job) -> list[str]:
    """Return the expressions that the job's request waits for; of a leaf with several the first."""
    if job.source is not None and not job.source.interpolates:
        return []
    return [leaf.expression for _, leaf in leaves(job.request) if isinstance(leaf, Pending)]
