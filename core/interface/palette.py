"""The colours of the product, written down once. Severity colours mean severity everywhere and nothing else."""

from typing import Final

from core.taxonomy import Severity

# Ordered in lightness, so that they survive grey printing and colour blindness; a word or a shape always stands beside.
SEVERITY_COLOURS: Final[dict[Severity, str]] = {
    Severity.GOOD: "#7FA99B",
    Severity.MILD: "#E3C567",
    Severity.MODERATE: "#D98841",
    Severity.SEVERE: "#A63D2F",
}
ACCENT_LIGHT: Final = "#0F766E"
ACCENT_DARK: Final = "#5CCBBE"
NEUTRAL: Final = "#8A8177"
