"""What all sessions share for the clinics: the directory, read once, and the map's scripts, served by this machine."""

from pathlib import Path
from typing import Final

import streamlit as st
import xstatic.pkg.leaflet
import xstatic.pkg.leaflet_markercluster
from streamlit.components.v1 import declare_component

from core.clinics.directory import Directory
from core.clinics.map import MapAssets

_SCRIPTS: Final = {
    "leaflet": (xstatic.pkg.leaflet.BASE_DIR, ("leaflet.js",), ("leaflet.css",)),
    "leaflet_markercluster": (
        xstatic.pkg.leaflet_markercluster.BASE_DIR,
        ("leaflet.markercluster.js",),
        ("MarkerCluster.css",),
    ),
    "clinics_map": (str(Path(__file__).with_name("map_assets")), ("clinics_map.js",), ("clinics_map.css",)),
}


@st.cache_resource(show_spinner=False)
def get_directory() -> Directory:
    """Return the clinics, read on the first call and shared by all sessions.

    Raises:
        ClinicsError: The directory cannot be read; asked again on the next call.
    """
    return Directory.read()


@st.cache_resource(show_spinner=False)
def get_map_assets() -> MapAssets:
    """Return where the browser finds scripts and styles of the map: on this machine."""
    # A declared component makes Streamlit serve its folder, beside the folder of the map's own component. Only that
    # is wanted of it: nothing is ever drawn by these.
    scripts: list[str] = []
    styles: list[str] = []
    for name, (folder, script_names, style_names) in _SCRIPTS.items():
        served = declare_component(name, path=folder)
        scripts += [f"../{served.name}/{script}" for script in script_names]
        styles += [f"../{served.name}/{style}" for style in style_names]
    return MapAssets(tuple(scripts), tuple(styles))
