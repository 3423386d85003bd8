"""Typed settings, from the environment (`SCALPSPECTRA_...`) with defaults that suit one machine."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / "data"


class Settings(BaseSettings):
    """What an operator may change without touching code.

    Attributes:
        var_dir: Where everything that arises goes: records, runs, backups.
        models_dir: Where model packages lie, one folder each.
        engine: What runs a package.
        precision: `auto` takes bf16 where the processor has it.
        threads: Processor threads of one inference; 0 takes all.
        tile_url: Address of map tiles (`https://.../{z}/{x}/{y}.png`); empty works offline with outlines alone.
        tile_attribution: The attribution the tile server asks for.
    """

    model_config = SettingsConfigDict(env_prefix="SCALPSPECTRA_", frozen=True)

    var_dir: Path = ROOT / "var"
    models_dir: Path = DATA_DIR / "models"
    engine: Literal["openvino", "torch"] = "openvino"
    precision: Literal["auto", "f32", "bf16"] = "auto"
    threads: int = 0
    tile_url: str = ""
    tile_attribution: str = ""

    @property
    def database_path(self) -> Path:
        """The DuckDB file of the records."""
        return self.var_dir / "records.duckdb"


@cache
def get_settings() -> Settings:
    """Read the settings once per process."""
    return Settings()
