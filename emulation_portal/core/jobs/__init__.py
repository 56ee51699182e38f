"""Long work: a row written by the action that asks for it, run later, taken over when it dies."""

from emulation_portal.core.jobs.actions import cancel_job, request_job
from emulation_portal.core.jobs.kinds import register_job
from emulation_portal.core.jobs.runner import JobStopped, Progress, run_job, sweep
from emulation_portal.core.jobs.states import JobState

__all__ = [
    "JobState",
    "JobStopped",
    "Progress",
    "cancel_job",
    "register_job",
    "request_job",
    "run_job",
    "sweep",
]
