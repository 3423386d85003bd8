"""A whole country of clinics, drawn: HIRA's two files as a ZIP of spreadsheets, always the same."""

import io
import random
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from core.clinics.regions import Area, province_stems, read_districts
from core.taxonomy import Region

COUNTRY, QUICK_COUNTRY = 80_000, 2_000

_SEED: Final = 11
_SPREAD_DEGREES: Final = 0.05
_KINDS: Final = ("의원", "의원", "의원", "의원", "병원", "치과의원", "한의원", "종합병원")
_WORDS: Final = ("밝은", "맑은", "고운", "서울", "연세", "하늘", "미소", "참", "바른", "새")
_BASIC: Final = (
    *("암호화요양기호", "요양기관명", "종별코드", "종별코드명", "시도코드", "시도코드명", "시군구코드", "시군구코드명"),
    *("읍면동", "우편번호", "주소", "전화번호", "병원홈페이지", "개설일자", "총의사수"),
    *(f"{who}{grade} 인원수" for who in ("의과", "치과", "한방") for grade in ("일반의", "인턴", "레지던트", "전문의")),
    *("조산사 인원수", "좌표(X)", "좌표(Y)"),
)
_DEPARTMENTS: Final = ("암호화요양기호", "요양기관명", "진료과목코드", "진료과목코드명", "과목별 전문의수")
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Cells = tuple[str | int | float, ...]


def draw_country(target: Path, clinics: int) -> Path:
    """Write the two files of so many clinics, each with dermatology among its departments."""
    draw = random.Random(_SEED)  # noqa: S311 - drawn, not secret
    areas = [area for region in Region for area in read_districts(region)]
    rows = [_clinic(draw, draw.choice(areas), number) for number in range(clinics)]
    departments = [(row[0], row[1], "14", "피부과", draw.randint(1, 4)) for row in rows]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("1.병원정보서비스(2026.6.).xlsx", _workbook(_BASIC, rows))
        archive.writestr(
            "5.의료기관별상세정보서비스_03_진료과목정보(2026.6.).xlsx", _workbook(_DEPARTMENTS, departments)
        )
    return target


def _clinic(draw: random.Random, area: Area, number: int) -> Cells:
    name = f"{draw.choice(_WORDS)}{draw.choice(_WORDS)}{number}의원"
    longitude = area.longitude + draw.gauss(0, _SPREAD_DEGREES)
    latitude = area.latitude + draw.gauss(0, _SPREAD_DEGREES)
    doctors = [draw.randint(0, 3) for _ in range(13)]
    phone = f"02-{draw.randint(200, 999)}-{draw.randint(0, 9999):04d}" if draw.random() < 0.9 else ""
    identity, address = f"JDQ4MTYyMiM1MSMk{number:064d}", f"{area.district} 큰길 {number}, {number % 9}층 (역삼동)"
    whose: Cells = (
        identity,
        name,
        31,
        draw.choice(_KINDS),
        110000,
        province_stems(area.region)[0],
        110001,
        area.district,
    )
    where: Cells = (
        "역삼동",
        12345 if number % 7 else 6236,
        address,
        phone,
        f"http://www.c{number}.kr",
        "2010-01-01",
        3,
    )
    return (*whose, *where, *doctors, round(longitude, 7), round(latitude, 7))


def _workbook(header: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """Write a spreadsheet with shared strings, as HIRA's have them."""
    shared: dict[str, int] = {}
    names = [_column(number) for number in range(len(header))]
    sheet = io.StringIO()
    sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>')
    for line, row in enumerate((tuple(header), *rows), 1):
        sheet.write(f'<row r="{line}">')
        for name, value in zip(names, row, strict=True):
            if isinstance(value, str):
                sheet.write(f'<c r="{name}{line}" t="s"><v>{shared.setdefault(value, len(shared))}</v></c>')
            else:
                sheet.write(f'<c r="{name}{line}"><v>{value}</v></c>')
        sheet.write("</row>")
    sheet.write("</sheetData></worksheet>")
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in _parts().items():
            archive.writestr(part, content)
        archive.writestr("xl/worksheets/sheet1.xml", sheet.getvalue())
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{strings}</sst>')
    return packed.getvalue()


def _parts() -> dict[str, str]:
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_KIND}.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    relation = f'<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'
    entry = f'<Relationship Id="{{}}" Type="{_RELATIONS}/{{}}" Target="{{}}"/>'
    inner = entry.format("rId1", "worksheet", "worksheets/sheet1.xml")
    inner += entry.format("rId2", "sharedStrings", "sharedStrings.xml")
    rels = f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{rels}</Types>',
        "_rels/.rels": relation.format(entry.format("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="hospBasisList" '
        'sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relation.format(inner),
    }


def _column(number: int) -> str:
    return chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)
