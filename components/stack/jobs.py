"""The jobs of one stack as far as they are known: composed from the job files once, filled in as more is learned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .. import policy
from ..errors import Problem, Problems
from ..jobfile import (
    Job,
    JobFile,
    Pending,
    code_files,
    compose,
    split_sound,
    watched_files,
)
from ..platform.config import Account, PlatformConfig
from ..platform.references import find_unknown
from ..policy import Policy
from ..wire import walk_leaves
from .settings import Settings

if TYPE_CHECKING:
    from .archive import Archive

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


@dataclass
class StackJobs:
    """The jobs of one stack with all that makes their runs.

    `jobs` are without those of a file that has an error; `pending` are the expressions that each still waits for.
    `platform` is what the stack configures, in `account`, and `outputs` what `${platform.x}` stands for, once that is
    known. What follows is empty without AWS: `inputs` are resource inputs by job name; `waiting` says which other jobs
    each one waits for; `archives` are the code folders to upload, by URI; `before_platform` are the jobs with the
    leaves that refer to the stack's own platform pending (`s3://${platform.bucket}/models/`).
    """

    settings: Settings
    read: JobFiles
    policies: Sequence[Policy] = ()
    platform: PlatformConfig | None = None
    account: Account | None = None
    outputs: Mapping[str, str] | None = None
    jobs: list[Job] = field(default_factory=list)
    pending: dict[str, list[str]] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    archives: dict[str, Archive] = field(default_factory=dict)
    before_platform: Sequence[Job] = ()
    found: set[Problem] = field(default_factory=set)
    # those of a file that has an error, as far as they can be composed: they are judged, and not deployed
    _faulty: list[Job] = field(default_factory=list)
    _answers: Answers = field(default_factory=dict)
    _unjudged: list[Job] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """All that is known to be wrong, sorted."""
        stack = self.settings.stack
        # each composition of a job is judged once, and by those commands only that show problems
        jobs, self._unjudged = self._unjudged, []
        self.found.update(policy.judge_jobs(self.policies, jobs, stack))
        self.found.update(
            code_files.find_problems(jobs, self.settings.root, self.settings.max_code_bytes)
        )
        self.found.update(watched_files.find_problems(jobs, self.settings.root))
        problems = {*self.read.problems, *self.found}
        problems.update(policy.judge_stack(self.policies, self.jobs, stack))
        if self.settings.needs_artifacts:
            problems.update(code_files.find_unplaced([*self.jobs, *self._faulty], stack))
        if self.outputs is not None:
            waiting = [job for job in self.jobs if self.pending[job.name]] + self._faulty
            problems.update(find_unknown(waiting, stack, self.outputs))
        return sorted(problems)

    def raise_errors(self) -> None:
        """Raise `Problems`, all of them, if one is an error."""
        problems = self.problems
        if any(problem.level == "error" for problem in problems):
            raise Problems(problems)

    def compose(self) -> None:
        self._add(*self._compose(self.read.files, self._answers))

    def fill(self, answers: Answers) -> list[Job] | None:
        """Compose again the jobs that wait for one of the answers; `None` if none does.

        Returns these jobs, without those that the answer shows to be wrong.
        """
        self._answers |= answers
        names = {
            job.name
            for job in self.jobs
            for expression in self.pending[job.name]
            if (job.name, expression) in answers or ("", expression) in answers
        }
        if not names:
            return None
        files = self._files_of(names)
        jobs, problems = self._compose(files, self._answers)
        paths = {file.path for file in files}
        self.jobs = [job for job in self.jobs if job.file not in paths]
        self._unjudged = [job for job in self._unjudged if job.file not in paths]
        self.found = {problem for problem in self.found if problem.file not in paths}
        return self._add(jobs, problems)

    def compose_without(self, answers: Answers, names: Collection[str]) -> list[Job]:
        """Return all jobs, these as they are without the answers. Changes nothing."""
        left = {key: value for key, value in self._answers.items() if key not in answers}
        jobs, problems = self._compose(self._files_of(names), left)
        again = {job.name: job for job in split_sound(jobs, problems)[0]}
        return [again.get(job.name, job) for job in self.jobs]

    def _files_of(self, names: Collection[str]) -> list[JobFile]:
        paths = {job.file for job in self.jobs if job.name in names}
        return [file for file in self.read.files if file.path in paths]

    def _add(self, jobs: Sequence[Job], problems: Sequence[Problem]) -> list[Job]:
        """Add what was composed; return the jobs without an error."""
        sound, faulty = split_sound(jobs, problems)
        self.jobs = sorted([*self.jobs, *sound], key=lambda job: job.name)
        self._faulty += faulty
        self._unjudged += jobs
        self.pending |= {job.name: _list_pending(job) for job in sound}
        self.found.update(problems)
        return sound

    def _compose(
        self, files: Sequence[JobFile], answers: Answers
    ) -> tuple[list[Job], list[Problem]]:
        context = replace(
            self.settings,
            lookup=lambda job, name: answers.get((job, name)) or answers.get(("", name)),
        )
        known = frozenset(job.name for job in self.jobs)
        return compose(files, context, self.read.elsewhere | known) if files else ([], [])


def _list_pending(job: Job) -> list[str]:
    """Return the expressions that the job's request waits for; of a leaf with several the first.

    For a secret nothing waits: whatever its value, the definition is the same.
    """
    if job.source is not None and not job.source.interpolates:
        return []
    return [
        leaf.expression
        for _, leaf in walk_leaves(job.request)
        if isinstance(leaf, Pending) and not leaf.expression.startswith("config.")
    ]
