"""Clinics: the directory, and the map that works offline."""
