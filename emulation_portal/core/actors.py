"""Who acts. Core knows people and mandates only by number; the apps above give them meaning."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person, the mandate under which the person acts, both by id; neither for a job."""

    person_id: int | None
    mandate_id: int | None = None

    @classmethod
    def system(cls) -> "Actor":
        """The portal itself: scheduled jobs, imports from the command line."""
        return cls(person_id=None)
