"""Typed settings, from the environment (`SCALPSPECTRA_...`) with defaults that suit one machine."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / "data"

# https alone, and the place of the search words once; empty leaves the shop out.
ShopAddress = Annotated[str, StringConstraints(pattern=r"^(https://[^\s<>\"'`\\{}]+\{query\}[^\s<>\"'`\\{}]*)?$")]


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
        shop_olive_young: Address of a search at Olive Young, `{query}` where the words go; empty leaves the shop out.
        shop_naver_shopping: The same at Naver Shopping.
        shop_coupang: The same at Coupang.
        product_images: Show the pictures of products, which the browser then loads from wherever the product file says.
        letter_url: Address of a server that speaks OpenAI's protocol, up to and with `/v1` (Ollama:
            `http://127.0.0.1:11434/v1`): it may rewrite plans as letters. Empty offers no letters.
        letter_model: The model it shall use.
        letter_key: Its key, where it asks for one.
        letter_timeout: Seconds to wait for a letter in all.
        operator_password: Opens the operator's page: product directory, and what was shown and clicked. Without one
            there is no such page.
        drill_down: Let the statistics list single records, each look written into an audit table.
    """

    model_config = SettingsConfigDict(env_prefix="SCALPSPECTRA_", frozen=True)

    var_dir: Path = ROOT / "var"
    models_dir: Path = DATA_DIR / "models"
    engine: Literal["openvino", "torch"] = "openvino"
    precision: Literal["auto", "f32", "bf16"] = "auto"
    threads: int = 0
    tile_url: str = ""
    tile_attribution: str = ""
    shop_olive_young: ShopAddress = "https://www.oliveyoung.co.kr/store/search/getSearchMain.do?query={query}"
    shop_naver_shopping: ShopAddress = "https://search.shopping.naver.com/search/all?query={query}"
    shop_coupang: ShopAddress = "https://www.coupang.com/np/search?q={query}"
    product_images: bool = False
    letter_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s<>\"'`\\{}@]+)?$")] = ""
    letter_model: str = ""
    letter_key: SecretStr | None = None
    letter_timeout: Annotated[float, Field(gt=0, le=300)] = 40
    operator_password: Annotated[SecretStr, Field(min_length=8)] | None = None
    drill_down: bool = False

    @property
    def database_path(self) -> Path:
        """The DuckDB file of the records."""
        return self.var_dir / "records.duckdb"

    @property
    def clinics_path(self) -> Path:
        """The DuckDB file of the clinic directory."""
        return self.var_dir / "clinics.duckdb"


@cache
def get_settings() -> Settings:
    """Read the settings once per process."""
    return Settings()
