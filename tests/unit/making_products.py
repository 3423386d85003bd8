"""Products, plans and product files, made from few words."""

import csv
import io
from datetime import date

from making_visits import make_diagnosis

from core.care.answers import CareAnswers
from core.care.plan import make_plan
from core.care.products import Product, ProductKind

TODAY = date(2026, 11, 22)
HEADER = ("id", "name", "brand", "ingredients", "price", "image", "link", "sponsored")


def make_product(identity="p1", ingredients=("zinc_pyrithione",), **rest):
    given = {
        "name": identity,
        "name_en": "",
        "brand": "",
        "kind": ProductKind.SHAMPOO,
        "price_krw": None,
        "image": "",
        "link": f"https://shop.example/{identity}",
        "sponsored": False,
    } | rest
    return Product(id=identity, ingredients=tuple(ingredients), **given)


def plan_for(grades, answers=None, **person):
    return make_plan([make_diagnosis(grades=grades)], answers or CareAnswers(), on=TODAY, **person)


def make_row(**cells):
    return {
        "id": "p1",
        "name": "샴푸",
        "brand": "브랜드",
        "ingredients": "zinc_pyrithione",
        "price": "12900",
        "image": "",
        "link": "https://shop.example/p1",
        "sponsored": "no",
    } | cells


def make_csv(*rows, header=None, encoding="utf-8"):
    out = io.StringIO()
    columns = header or list(dict.fromkeys(name for row in rows or (make_row(),) for name in row))
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)
