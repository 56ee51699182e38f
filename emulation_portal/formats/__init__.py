"""Dates as dd/mm/yyyy and numbers as 1.234,5, read and shown alike in every interface language.

Django's own `vi` locale reads 05/03/2027 as 3 May and cannot read 1.234,5 at all; and a person who
switches the interface to English still types what the paper in hand says.
"""
