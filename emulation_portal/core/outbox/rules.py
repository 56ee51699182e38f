"""Who reads the outgoing mail. Core knows roles by their stored words only."""

MAIL_READERS = ("department_reviewer", "department_head", "administrator")
