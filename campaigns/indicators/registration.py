"""What indicators announce to the programme, once, when the app is ready."""

from campaigns.indicators import facts


def register() -> None:
    facts.register()
