"""A form that cannot be taken as it is: what is wrong, field by field, for the page to show beside the fields."""

from collections.abc import Mapping


class FormError(Exception):
    """Every problem of a form, by field; `""` is the form as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(problems.values()))

    @classmethod
    def if_any(cls, problems: Mapping[str, str | None]) -> None:
        """Raise with those that are not None."""
        found = {field: text for field, text in problems.items() if text}
        if found:
            raise cls(found)
