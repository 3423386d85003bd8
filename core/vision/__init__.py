"""From photo bytes to a Diagnosis."""
