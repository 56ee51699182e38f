"""The forms of plans: the shape of what is typed, checked before any action is called."""
