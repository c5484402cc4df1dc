"""Which log of a run is shown, from where on, and following it until the run has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cli.runs.pace import Pace
from cli.runs.reasons import describe_status
from components.aws import Run
from components.aws.logs import Line, LogReader
from components.aws.runs import Attempt, arn_id, read_attempts
from components.errors import PASSING, JobError
from components.kinds import Kind, Phase

FIRST, MOST = 2.0, 15.0  # seconds between two looks: after a line, and at most
LATE = 5.0  # seconds that CloudWatch may take to show what was written


@dataclass
class LogView:
    """One job's log, shown and followed. `look` describes the run, `open_log` reads an attempt's log by its name.

    `show` is given each line and how many nodes there are, `say` everything else, and `why` says why a run waits.
    `attempt` 0 is the newest one.
    """

    job: str
    kind: Kind
    look: Callable[[], Run]
    open_log: Callable[[str], LogReader]
    show: Callable[[Line, int], None]
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    why: Callable[[], str] = str
    attempt: int = 0
    node: int = 0
    last: float = 0.0  # when the newest line that was shown was written, in milliseconds
    _shown: int = field(default=0, init=False)

    def show_all(self) -> bool:
        """Show what there is; return whether there was anything."""
        run = self.look()
        chosen = self._choose(read_attempts(self.kind, run))
        if chosen is None or not chosen.arn:
            self.say(self._explain(run, chosen))
            return False
        self._announce(chosen, run)
        reader = self.open_log(arn_id(chosen.arn))
        self._read(reader)
        if not self._shown:
            self.say(self._explain_nothing(reader, chosen))
        return self._shown > 0

    def follow(self) -> None:
        """Show what there is and what comes, attempt after attempt, until the run has ended, or the one attempt."""
        pace, said = Pace(FIRST, MOST), ""
        reader: LogReader | None = None
        current: Attempt | None = None
        while True:
            try:
                run = self.look()
            except PASSING:
                self.sleep(MOST)  # the run goes on, whether AWS answers or not
                continue
            for each in self._list_due(run, current):
                if reader is None or current is None or each.number > current.number:
                    reader = self.open_log(arn_id(each.arn))
                    self._announce(each, run)
                current = each
                self._read(reader)
            if run.phase.ended or (self.attempt and current is not None and current.phase.ended):
                if reader is not None:
                    self.sleep(LATE)
                    self._read(reader)
                self.say(self._conclude(run, current))
                return
            told = f"{run.status} {run.outputs.get('statusReason')}"
            if current is None and told != said:
                self.say(self._explain(run, None))
                said = told
            self.sleep(pace.next_pause(self._shown))

    def _list_due(self, run: Run, current: Attempt | None) -> list[Attempt]:
        """Return the attempts to read now: the one that is shown and what came after it; at first the newest."""
        started = [
            each
            for each in read_attempts(self.kind, run)
            if each.arn and self.attempt in (0, each.number)
        ]
        if current is None:
            return started[-1:]
        return [each for each in started if each.number >= current.number]

    def _read(self, reader: LogReader) -> None:
        for line in reader.read():
            self.show(line, len(reader.nodes))
            self.last = max(self.last, line.at)
            self._shown += 1

    def _choose(self, attempts: list[Attempt]) -> Attempt | None:
        if not self.attempt:
            started = [each for each in attempts if each.arn]
            return started[-1] if started else None
        for each in attempts:
            if each.number == self.attempt:
                return each
        count = f"{len(attempts)} attempt{'' if len(attempts) == 1 else 's'}"
        raise JobError(f"{self.job}: no attempt {self.attempt}; it has made {count}")

    def _announce(self, attempt: Attempt, run: Run) -> None:
        status = f"ended: {attempt.reason}" if attempt.reason else run.status
        self.say(f"{self.job}: attempt {attempt.number}, {arn_id(attempt.arn)}, {status}")

    def _explain(self, run: Run, attempt: Attempt | None) -> str:
        """Say why there is no log."""
        if attempt is not None:
            return f"{self.job}: attempt {attempt.number} never started: {attempt.reason or 'AWS gives no reason'}"
        if run.phase.ended:
            return f"{self.job} has no log: it never started. It is {describe_status(run)}"
        why = self.why() if run.phase is Phase.QUEUED else ""
        told = f"{run.status}: {why}" if why else describe_status(run)
        if self.attempt:
            return f"{self.job} has not made attempt {self.attempt} yet. It is {told}"
        return f"{self.job} has no log yet. It is {told}"

    def _explain_nothing(self, reader: LogReader, attempt: Attempt) -> str:
        if not reader.streams:
            return f"{self.job}: nothing is written yet: no container of attempt {attempt.number} has started"
        if self.node and self.node not in reader.nodes:
            known = ", ".join(map(str, sorted(reader.nodes)))
            return f"{self.job}: no node {self.node}; attempt {attempt.number} has {known}"
        return f"{self.job}: nothing was written since then"

    def _conclude(self, run: Run, attempt: Attempt | None) -> str:
        if attempt is None:
            return self._explain(run, None)
        reason = str(run.outputs.get("statusReason") or "")
        if not run.phase.ended:
            return f"{self.job}: attempt {attempt.number} ended: {attempt.reason or reason}"
        return f"{self.job}: {describe_status(run)}"
