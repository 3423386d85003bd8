"""HIRA's public files made up, with every quirk of the real ones and the count of each."""

import csv
import io
import random
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from xml.sax.saxutils import escape

from core.clinics.flaws import Flaw

HEADER = (
    "암호화요양기호", "요양기관명", "종별코드", "종별코드명", "시도코드", "시도코드명", "시군구코드", "시군구코드명",
    "읍면동", "우편번호", "주소", "전화번호", "병원홈페이지", "개설일자", "총의사수",
    *(f"{who}{grade} 인원수" for who in ("의과", "치과", "한방") for grade in ("일반의", "인턴", "레지던트", "전문의")),
    "조산사 인원수", "좌표(X)", "좌표(Y)",
)  # fmt: skip
DEPARTMENTS_HEADER = ("암호화요양기호", "요양기관명", "진료과목코드", "진료과목코드명", "과목별 전문의수")
DETAILS_HEADER = (
    "암호화요양기호", "요양기관명", "휴진안내_일요일", "휴진안내_공휴일",
    *(f"진료{end}시간_{day}요일" for day in "월화수목금토일" for end in ("시작", "종료")),
)  # fmt: skip
HOSTILE = "<script>alert(1)</script>`${alert(2)}`의원"
# Province, district, start of the address, as HIRA writes them; latitude and longitude in them.
PLACES = (
    ("서울", "강남구", "서울특별시 강남구", 37.50, 127.04),
    ("부산", "부산서구", "부산광역시 서구", 35.10, 129.02),
    ("경기", "수원팔달구", "경기도 수원시 팔달구", 37.28, 127.02),
    ("전남광주통합특별시", "동구", "전남광주통합특별시 동구", 35.14, 126.92),
    ("전남광주통합특별시", "여수시", "전남광주통합특별시 여수시", 34.76, 127.66),
    ("세종", "세종시", "세종특별자치시 한누리대로", 36.48, 127.29),
    ("제주", "제주시", "제주특별자치도 제주시", 33.50, 126.53),
)


@dataclass
class Made:
    """Made-up files, and what an import has to find in them.

    Attributes:
        rows: The basic file's rows below the header, in the order of `HEADER`.
        departments: Rows of the file of departments.
        details: Rows of the file of details.
        reasons: Rows to be rejected, by reason.
        mended: Rows to be mended, by what; those passed over later are among them.
        pharmacies: Rows of pharmacies.
        accepted: Rows that are fine or mended.
        dermatology: Ids of those with a dermatology specialist.
        doubtful: What is mended in each row, by id.
    """

    rows: list = field(default_factory=list)
    departments: list = field(default_factory=list)
    details: list = field(default_factory=list)
    reasons: Counter = field(default_factory=Counter)
    mended: Counter = field(default_factory=Counter)
    pharmacies: int = 0
    accepted: int = 0
    dermatology: set = field(default_factory=set)
    doubtful: dict = field(default_factory=dict)

    def mended_among(self, identities):
        """What is mended in these rows alone."""
        return Counter(flaw for identity in identities for flaw in self.doubtful.get(identity, ()))


def make_hira(rows, seed=0):
    """Make up HIRA's files with so many clinics in the basic one, a third of the quirky kinds each."""
    made, rng = Made(), random.Random(seed)
    numbers = count()
    for i in range(rows):
        _add(made, rng, next(numbers), _QUIRKS[i % len(_QUIRKS)])
    return made


def _add(made, rng, number, quirk):
    sido, sigungu, start, lat, lon = PLACES[number % len(PLACES)]
    row = dict.fromkeys(HEADER, "1")
    row |= {
        "암호화요양기호": f"JDQ4MTYyMiM1MSMk{number:064d}",
        "요양기관명": f"밝은{number}피부과의원",
        "종별코드": "31",
        "종별코드명": "의원",
        "시도코드": "110000",
        "시도코드명": sido,
        "시군구코드": "110001",
        "시군구코드명": sigungu,
        "읍면동": "역삼동",
        "우편번호": "12345",
        "주소": f"{start} 큰길 {number}, {number % 9 + 1}층 (역삼동)",
        "전화번호": f"02-{200 + number % 700}-{number % 10000:04d}",
        "병원홈페이지": f"http://www.skin{number}.kr",
        "개설일자": "2010-01-01",
        "좌표(X)": f"{lon + rng.uniform(-0.02, 0.02):.7f}",
        "좌표(Y)": f"{lat + rng.uniform(-0.02, 0.02):.7f}",
    }
    changes, flaw = quirk
    row |= changes(row, made) if callable(changes) else changes
    made.rows.append(list(row.values()))
    identity = row["암호화요양기호"]
    if row["종별코드명"] == "약국":
        made.pharmacies += 1
        return
    if flaw is not None and flaw.fatal:
        made.reasons[flaw] += 1
        return
    made.accepted += 1
    if flaw is not None:
        made.mended[flaw] += 1
        made.doubtful[identity] = (flaw,)
    specialists = number % 3
    made.departments.append([identity, row["요양기관명"], "14", "피부과", str(specialists)])
    made.departments.append([identity, row["요양기관명"], "01", "내과", str(number % 2)])
    if specialists:
        made.dermatology.add(identity)
    hours = [("0900", "1800")] * 5 + [("900", "1300"), ("", "")]
    made.details.append([identity, row["요양기관명"], "전부 휴진", "", *(time for day in hours for time in day)])


def _same_id(_row, made):
    return {"암호화요양기호": made.rows[-1][0]}


def _swapped(row, _made):
    return {"좌표(X)": row["좌표(Y)"], "좌표(Y)": row["좌표(X)"]}


_NOWHERE = {"좌표(X)": "", "좌표(Y)": ""}
# What differs from a plain row, and the flaw it is. A duplicate must follow a row that is accepted.
_QUIRKS = (
    ({}, None),
    (_same_id, Flaw.DUPLICATE),
    ({"종별코드명": "상급종합"}, None),
    ({"요양기관명": HOSTILE}, None),
    ({"요양기관명": "=HYPERLINK(0)의원"}, None),
    ({"전화번호": "042-1599-7123"}, Flaw.PHONE_MENDED),
    ({"전화번호": "555-1234"}, Flaw.PHONE_MENDED),
    ({"전화번호": "없음"}, Flaw.PHONE),
    ({"전화번호": ""}, None),
    ({"전화번호": "010-1234-5678, 02-555-1234"}, None),
    ({"우편번호": "6236"}, Flaw.POSTCODE),
    (_NOWHERE, Flaw.NO_POSITION),
    (_swapped, Flaw.SWAPPED),
    ({"좌표(X)": "139.76", "좌표(Y)": "35.68"}, Flaw.OUTSIDE),
    ({"좌표(X)": "200012.5", "좌표(Y)": "451234.5"}, Flaw.NOT_DEGREES),
    ({"좌표(X)": "동경", "좌표(Y)": "북위"}, Flaw.NO_NUMBER),
    ({"병원홈페이지": "www.without-scheme.kr"}, None),
    ({"병원홈페이지": "javascript:alert(1)"}, Flaw.HOMEPAGE),
    ({"요양기관명": "  "}, Flaw.NO_NAME),
    ({"주소": "", **_NOWHERE}, Flaw.NO_PLACE),
    ({"주소": "긴" * 301}, Flaw.TOO_LONG),
    ({"종별코드명": "약국"}, None),
)


def as_csv(header, rows, encoding="cp949", *, index=False):
    """Write a table as CSV, as its wild forms are: with an unnamed index column first or without."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["", *header] if index else header)
    writer.writerows([number, *row] if index else row for number, row in enumerate(rows))
    return out.getvalue().encode(encoding)


def as_xlsx(header, rows):
    """Write a table as a spreadsheet with shared strings, numbers as numbers: postcodes lose their zeros so."""
    shared = {}
    sheet = io.StringIO()
    sheet.write('<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">')
    sheet.write("<sheetData>")
    names = [_column(i) for i in range(len(header))]
    for line, row in enumerate([header, *rows], 1):
        sheet.write(f'<row r="{line}">')
        for name, value in zip(names, row, strict=True):
            if value == "":
                continue
            if value.replace(".", "", 1).isdecimal() and len(value) < 16 and not value.startswith("0"):
                sheet.write(f'<c r="{name}{line}"><v>{value}</v></c>')
            else:
                sheet.write(f'<c r="{name}{line}" t="s"><v>{shared.setdefault(value, len(shared))}</v></c>')
        sheet.write("</row>")
    sheet.write("</sheetData></worksheet>")
    strings = "".join(f'<si><t xml:space="preserve">{escape(value)}</t></si>' for value in shared)
    return pack_xlsx(sheet.getvalue(), strings)


def pack_xlsx(sheet, strings=""):
    """Put the XML of a sheet into a workbook."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType='
        f'"application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        f'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="hospBasisList" '
        'sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
        f'Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
    }
    return as_zip(parts)


def as_zip(members):
    """Pack files by name into a ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _column(number):
    return chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)
