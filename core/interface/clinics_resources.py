"""What all sessions share for the clinics: the directory, and the map's scripts, served by this machine."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

import streamlit as st
import xstatic.pkg.leaflet
import xstatic.pkg.leaflet_markercluster
from streamlit.components.v1 import declare_component

from core.clinics.directory import Directory
from core.clinics.map_parts import MapAssets
from core.clinics.outlines import outlines_script
from core.clinics.regions import read_districts, read_provinces
from core.clinics.store import ClinicStore
from core.settings import get_settings

_MAP_ASSETS: Final = Path(__file__).with_name("map_assets")


@st.cache_resource(show_spinner=False)
def get_clinic_store() -> ClinicStore:
    """Return the directory on disk, shared by all sessions."""
    return ClinicStore(get_settings().clinics_path)


def get_directory() -> Directory:
    """Return the clinics to search; the same object until somebody changes them.

    Raises:
        ClinicsError: The directory cannot be read; asked again on the next call.
    """
    return get_clinic_store().directory()


@st.cache_resource(show_spinner=False)
def get_map_assets() -> MapAssets:
    """Return where the browser finds scripts and styles of the map: on this machine.

    Raises:
        ClinicsError: The outlines cannot be read.
    """
    served = (
        ("leaflet", xstatic.pkg.leaflet.BASE_DIR, ("leaflet.js",), ("leaflet.css",)),
        ("leaflet_markercluster", xstatic.pkg.leaflet_markercluster.BASE_DIR, ("leaflet.markercluster.js",), ()),
        ("map_outlines", *_write_outlines(), ()),
        ("clinics_map", str(_MAP_ASSETS), ("clinics_map.js",), ("clinics_map.css",)),
    )
    scripts: list[str] = []
    styles: list[str] = []
    for name, folder, script_names, style_names in served:
        # A declared component makes Streamlit serve its folder, beside the folder of the map's own component. Only
        # that is wanted of it: nothing is ever drawn by these.
        component = declare_component(name, path=folder)
        scripts += [_address(component.name, Path(folder, script)) for script in script_names]
        styles += [_address(component.name, Path(folder, style)) for style in style_names]
    return MapAssets(tuple(scripts), tuple(styles))


def _address(component: str, file: Path) -> str:
    """Return a file's address; it changes with the file, since browsers keep what they fetched."""
    version = hashlib.blake2s(file.read_bytes(), digest_size=4).hexdigest()
    return f"../{component}/{file.name}?{version}"


def _write_outlines() -> tuple[str, tuple[str]]:
    """Write the script with the outlines where it can be served from: its folder and name."""
    districts = [area for province in read_provinces() for area in read_districts(province.region)]
    script = outlines_script(read_provinces(), districts)
    folder = get_settings().var_dir / "map"
    folder.mkdir(parents=True, exist_ok=True)
    # In one step: another process may be serving it.
    handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(script)
    Path(unfinished).replace(folder / "outlines.js")
    return str(folder), ("outlines.js",)
