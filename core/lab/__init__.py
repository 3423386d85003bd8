"""From labelled photos to a model package."""
