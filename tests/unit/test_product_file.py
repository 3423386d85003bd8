"""Files of products: good rows in, bad rows back with a reason, nothing hostile in a link."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making_products import HEADER, make_csv, make_product, make_row

from core.care.knowledge import load_knowledge
from core.care.product_file import products_as_csv, read_products, starter_products
from core.care.product_links import host_of, https_link, search_words, shop_searches
from core.care.product_rows import Flaw, read_row
from core.care.products import IngredientNames, Product, ProductKind
from core.care.rules_ingredients import SEEK_RULES
from core.errors import CareError
from core.locale import Language
from core.settings import Settings
from core.taxonomy import AgeBand, ScalpType, Sex


class TestLinks:
    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html;base64,PHNjcmlwdD4=",
            "vbscript:x",
            "http://shop.example/",
            "ftp://shop.example/",
            "//shop.example/",
            "shop.example",
            "https://",
            "https:///path",
            "https://shop.example@evil.example/",
            "https://user:word@evil.example/",
            'https://shop.example/"><script>',
            "https://shop.example/a b",
            "https://shop.example/\u202ekcab",
            "https://shop.example:99999/",
            "https://[::1/",
            "https://shop.example/" + "a" * 2_000,
            "",
        ],
    )
    def test_anything_but_plain_https_is_no_link(self, address):
        assert https_link(address) is None

    @pytest.mark.parametrize(
        "address",
        ["https://shop.example/p?id=1&x=%ED%95%9C", "https://shop.example:8443/p#x", "https://쇼핑.example/상품"],
    )
    def test_https_is_kept(self, address):
        assert https_link(f"  {address} ") == address

    def test_a_look_alike_host_shows_its_ascii_name(self):
        assert host_of("https://аpple.example/") == "xn--pple-43d.example"
        assert host_of("https://shop.example/p") == "shop.example"

    @given(st.text(max_size=60))
    @settings(max_examples=100, deadline=None)
    def test_whatever_comes_out_starts_with_https_and_holds_no_markup(self, address):
        for given_address in (address, f"https://{address}", f"https://shop.example/{address}"):
            link = https_link(given_address)
            if link is not None:
                assert link.startswith("https://")
                assert not set(link) & set("<>\"'` \n\t\\")
                host_of(link).encode("ascii")


class TestShopSearches:
    def test_each_shop_is_searched_for_each_type_in_korean(self):
        found = shop_searches([ScalpType.OILY, ScalpType.DANDRUFF], Settings())
        assert [(search.shop, search.words) for search in found] == [
            (shop, words)
            for words in ("지성 두피 샴푸", "비듬 샴푸")
            for shop in ("olive_young", "naver_shopping", "coupang")
        ]
        assert found[0].url == (
            "https://www.oliveyoung.co.kr/store/search/getSearchMain.do"
            "?query=%EC%A7%80%EC%84%B1%20%EB%91%90%ED%94%BC%20%EC%83%B4%ED%91%B8"
        )
        assert all(https_link(search.url) == search.url for search in found)

    def test_every_scalp_type_has_words_in_both_languages(self):
        assert all(search_words(language, scalp_type) for language in Language for scalp_type in ScalpType)

    def test_the_operator_sets_the_shops(self):
        changed = Settings(shop_olive_young="", shop_coupang="https://shop.example/find/{query}/all")
        found = shop_searches([ScalpType.DRY], changed)
        assert [search.shop for search in found] == ["naver_shopping", "coupang"]
        assert found[1].url.startswith("https://shop.example/find/%EA%B1%B4%EC%84%B1")

    @pytest.mark.parametrize("pattern", ["javascript:{query}", "http://a.kr/?q={query}", "https://a.kr/", "{query}"])
    def test_a_pattern_that_is_no_https_search_is_refused(self, pattern):
        with pytest.raises(ValueError, match="shop_coupang"):
            Settings(shop_coupang=pattern)

    def test_no_type_no_search(self):
        assert shop_searches([], Settings()) == ()


class TestRows:
    def test_a_good_row_is_a_product(self):
        assert read_row(
            make_row(kind="토닉", sex="여", age_bands="20대|30s", sponsored="광고", name_en="Tonic")
        ) == Product(
            id="p1",
            name="샴푸",
            name_en="Tonic",
            brand="브랜드",
            kind=ProductKind.TONIC,
            ingredients=("zinc_pyrithione",),
            price_krw=12900,
            image="",
            link="https://shop.example/p1",
            sponsored=True,
            sex=Sex.FEMALE,
            age_bands=(AgeBand.TWENTIES, AgeBand.THIRTIES),
        )

    @pytest.mark.parametrize(
        ("cells", "flaw"),
        [
            ({"id": ""}, Flaw.ID),
            ({"id": "a/../b"}, Flaw.ID),
            ({"id": "'; DROP TABLE products; --"}, Flaw.ID),
            ({"id": "starter-x"}, Flaw.RESERVED),
            ({"id": "search-coupang"}, Flaw.RESERVED),
            ({"name": " \u200b "}, Flaw.NAME),
            ({"name": "a" * 121}, Flaw.NAME),
            ({"brand": "a" * 61}, Flaw.BRAND),
            ({"ingredients": " | "}, Flaw.INGREDIENTS),
            ({"ingredients": "a" * 81}, Flaw.INGREDIENTS),
            ({"ingredients": "|".join(f"x{n}" for n in range(101))}, Flaw.INGREDIENTS),
            ({"price": "cheap"}, Flaw.PRICE),
            ({"price": "-5"}, Flaw.PRICE),
            ({"price": "12.5"}, Flaw.PRICE),
            ({"price": "1" * 40}, Flaw.PRICE),
            ({"image": "data:image/png;base64,AA"}, Flaw.IMAGE),
            ({"image": "http://shop.example/a.png"}, Flaw.IMAGE),
            ({"link": "javascript:alert(1)"}, Flaw.LINK),
            ({"link": "data:text/html,x"}, Flaw.LINK),
            ({"sponsored": ""}, Flaw.SPONSORED),
            ({"sponsored": "maybe"}, Flaw.SPONSORED),
            ({"kind": "elixir"}, Flaw.KIND),
            ({"sex": "x"}, Flaw.SEX),
            ({"age_bands": "80s"}, Flaw.AGE_BANDS),
        ],
    )
    def test_a_bad_row_says_what_is_wrong(self, cells, flaw):
        assert read_row(make_row(**cells)) is flaw
        for language in Language:
            assert flaw.message(language)

    @pytest.mark.parametrize(
        ("written", "price"), [("12,900원", 12900), ("₩ 9900", 9900), ("7000.0", 7000), ("", None), ("0", 0)]
    )
    def test_prices_as_people_write_them(self, written, price):
        assert read_row(make_row(price=written)).price_krw == price

    def test_what_cannot_be_seen_is_left_out_of_a_name(self):
        assert read_row(make_row(name="sham\u202epoo\x00\u200b  best\n")).name == "shampoo best"

    @pytest.mark.parametrize(
        "listed",
        ["a|1,2-Hexanediol", "a;1,2-Hexanediol", "a, 1,2-Hexanediol", "a\n1,2-Hexanediol", "a|a|1,2-Hexanediol"],
    )
    def test_ingredients_are_parted_as_labels_part_them(self, listed):
        assert read_row(make_row(ingredients=listed)).ingredients == ("a", "1,2-Hexanediol")

    @given(st.fixed_dictionaries({name: st.text(max_size=50) for name in HEADER}))
    @settings(max_examples=100, deadline=None)
    def test_any_text_is_a_product_or_a_flaw(self, cells):
        read = read_row(cells)
        assert isinstance(read, Flaw) or read.link in ("", https_link(read.link))


class TestIngredientNames:
    @pytest.mark.parametrize(
        ("name", "identity"),
        [
            ("ketoconazole", "ketoconazole"),
            ("Ketoconazole 2%", "ketoconazole"),
            ("케토코나졸 (2 %)", "ketoconazole"),
            ("ＫＥＴＯＣＯＮＡＺＯＬＥ", "ketoconazole"),
            ("피록톤 올아민", "piroctone_olamine"),
            ("Zinc-Pyrithione 1.0 %", "zinc_pyrithione"),
            ("Parfum", "fragrance"),
            ("unicorn", None),
            ("", None),
        ],
    )
    def test_names_on_labels_are_found(self, name, identity):
        assert IngredientNames(load_knowledge().ingredients.values()).find(name) == identity


class TestFiles:
    def test_rows_are_read_whatever_the_order_and_language_of_columns(self):
        header = ["링크", "광고", "브랜드", "성분", "가격", "이미지", "상품명", "상품번호", "memo"]
        content = make_csv(
            dict(
                zip(header, ("https://s.example/1", "아니오", "", "케토코나졸", "", "", "이름", "k1", "x"), strict=True)
            ),
            header=header,
            encoding="cp949",
        )
        (product,) = read_products(content, "products.CSV").products
        assert (product.id, product.name, product.ingredients) == ("k1", "이름", ("케토코나졸",))

    def test_wrong_columns_are_named_with_what_was_found(self):
        content = b"id,title,price,<b>hostile</b>\n1,a,2,3\n"
        with pytest.raises(CareError) as caught:
            read_products(content, "p.csv")
        assert caught.value.code == "products.missing_columns"
        message = str(caught.value)
        assert "name, brand, ingredients, image, link, sponsored" in message
        assert "id, title, price, <b>hostile</b>" in message

    @pytest.mark.parametrize(
        ("content", "name", "code"),
        [
            (b"", "p.csv", "products.missing_columns"),
            (b"\xff\xfe\x00\x81", "p.csv", "products.not_a_table"),
            (b"not parquet", "p.parquet", "products.not_a_table"),
            (b"PAR1" + b"\x00" * 40 + b"PAR1", "p.parquet", "products.not_a_table"),
            (b"x", "p.xlsx", "products.unknown_format"),
            (b"x" * (10 * 2**20 + 1), "p.csv", "products.too_large"),
            (b"id,ID,name\n", "p.csv", "products.columns_twice"),
            (b'id,name\n"a' + b"b" * 200_000, "p.csv", "products.not_a_table"),
        ],
    )
    def test_what_is_no_such_table_is_refused(self, content, name, code):
        with pytest.raises(CareError) as caught:
            read_products(content, name)
        assert caught.value.code == code
        assert all(caught.value.message(language) for language in Language)

    def test_bad_rows_are_handed_back_with_number_and_reason(self):
        content = make_csv(
            make_row(id="a"),
            make_row(id="b", link="javascript:alert(1)", name="=cmd()"),
            make_row(id="a", name="again"),
            make_row(id="c"),
        )
        reading = read_products(content, "p.csv")
        assert [product.id for product in reading.products] == ["a", "c"]
        assert [(reject.row, reject.flaw) for reject in reading.rejects] == [(2, Flaw.LINK), (3, Flaw.DUPLICATE)]
        rows = list(csv.DictReader(io.StringIO(reading.rejects_as_csv().decode("utf-8-sig"))))
        assert [(row["id"], row["row"], row["reason"]) for row in rows] == [("b", "2", "link"), ("a", "3", "duplicate")]
        assert rows[0]["name"] == "'=cmd()"
        assert rows[0]["link"] == "javascript:alert(1)"

    def test_a_short_row_is_rejected_and_cells_beyond_the_header_are_not_lost(self):
        content = make_csv(make_row()) + b"p2,only a name\n" + b"p3,n,b,zinc_pyrithione,,,,maybe,extra,more\n"
        reading = read_products(content, "p.csv")
        assert [product.id for product in reading.products] == ["p1"]
        assert [(reject.row, reject.flaw) for reject in reading.rejects] == [(2, Flaw.INGREDIENTS), (3, Flaw.SPONSORED)]
        assert b"extra,more" in reading.rejects_as_csv()

    def test_parquet_says_the_same_as_csv(self, tmp_path: Path):
        path = tmp_path / "p.parquet"
        table = pa.table(
            {
                "id": ["a", "b"],
                "name": ["Shampoo", None],
                "brand": ["", "x"],
                "ingredients": [["Ketoconazole 2%", "Aqua"], ["Aqua"]],
                "price": [12900.0, 1.0],
                "image": ["", ""],
                "link": ["https://s.example/a", ""],
                "sponsored": [True, False],
            }
        )
        pq.write_table(table, path)
        reading = read_products(path.read_bytes(), path.name)
        (product,) = reading.products
        assert (product.ingredients, product.price_krw, product.sponsored) == (("Ketoconazole 2%", "Aqua"), 12900, True)
        assert [reject.flaw for reject in reading.rejects] == [Flaw.NAME]

    def test_an_export_reads_back_as_it_was(self):
        products = (
            make_product("a", ("x", "1,2-y"), name="=1+1", price_krw=5, sponsored=True, sex=Sex.MALE),
            make_product("b", age_bands=(AgeBand.TEENS, AgeBand.SEVENTIES), kind=ProductKind.SCRUB, name_en="@b"),
        )
        content = products_as_csv(products)
        assert b"'=1+1" in content
        assert read_products(content, "p.csv").products == products


class TestStarter:
    def test_it_names_no_brand_price_link_or_picture_and_nobody_pays(self):
        for product in starter_products():
            assert product.starter
            assert (product.brand, product.price_krw, product.link, product.image) == ("", None, "", "")
            assert not product.sponsored
            assert product.name_en

    def test_it_has_a_kind_for_every_ingredient_a_plan_can_look_for_and_no_other(self):
        names = IngredientNames(load_knowledge().ingredients.values())
        offered = {identity for product in starter_products() for identity in names.of(product)}
        assert offered == {identity for rule in SEEK_RULES for identity in rule.ingredients}

    def test_a_damaged_one_is_said_to_be(self, tmp_path: Path):
        broken = tmp_path / "starter.csv"
        broken.write_text("id,name\n", encoding="utf-8")
        for path in (broken, tmp_path / "missing.csv"):
            with pytest.raises(CareError) as caught:
                starter_products(path)
            assert caught.value.code == "products.no_starter"
