"""One exception tree. Every message is fit to show a person and names the way out.

ScalpError
├── PhotoError       a photo cannot be read
├── PackageError     a model package is damaged, foreign or missing
├── EngineError      a model gave something that is no result
├── RecordsError     the records cannot be opened, read or written
├── ManifestError    labelled photos are not as they should be
├── TaskError        a task does not say what is to be predicted
├── RecipeError      a recipe asks for something that does not exist
├── RunError         a run cannot be found, read or compared
├── ClinicsError     the clinic directory cannot be read
├── CareError        knowledge, plan, products or report cannot be had
└── CommandError     a command cannot do what it was asked for

Core raises these; pages and the command line catch `ScalpError` alone, in one place each. Anything else is a bug
and surfaces.
"""

from core.locale import Language, text


class ScalpError(Exception):
    """An error the person at the keyboard can act on.

    Args:
        code: Name of the text in `errors.toml`, for example `photo.empty`.
        values: What the braces of that text name. They are shown as plain text, never as markup.
    """

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def message(self, language: Language = Language.ENGLISH) -> str:
        """Say what happened and what to do about it."""
        return text(language, f"errors.{self.code}", **self.values)

    def __str__(self) -> str:
        """Say it in English: the command line's and the log's language."""
        return self.message()


class PhotoError(ScalpError):
    """A photo cannot be read."""


class PackageError(ScalpError):
    """A model package is damaged, of an unknown format, or missing."""


class EngineError(ScalpError):
    """A model gave values that are no result."""


class RecordsError(ScalpError):
    """The records cannot be opened, read or written."""


class ManifestError(ScalpError):
    """A manifest of labelled photos is not as it should be."""


class TaskError(ScalpError):
    """A task does not say what is to be predicted, or has no such class."""


class RecipeError(ScalpError):
    """A recipe asks for something that does not exist."""


class RunError(ScalpError):
    """A run cannot be found, read or compared."""


class ClinicsError(ScalpError):
    """The clinic directory cannot be read."""


class CareError(ScalpError):
    """What follows from a result cannot be had: knowledge, plan, products, report."""


class CommandError(ScalpError):
    """A command cannot do what it was asked for."""
