"""Desks whose months hold published figures, lived through the verbs by invented people: `sportello demo NAME`.

- `hotel_software`, `it_services`: a desk each, its published figures, and how its numbers were chosen.
- `plan`, `votes`: when who asks, answers, solves and votes, so that the figures come out. Pure.
- `cast`, `living`: the people, and the months, through the verbs.
"""
