"""Small labelled photos of every origin an import knows, made for tests."""

import csv
import json
import zipfile
from functools import cache
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

VALUES = [f"value_{n}" for n in range(1, 7)]


@cache
def pixels(number, side=72):
    """A picture like no other: smooth noise of its own."""
    noise = np.random.default_rng(number).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)


@cache
def photo(number, form="JPEG", quality=90):
    buffer = BytesIO()
    Image.fromarray(pixels(number)).save(buffer, form, quality=quality)
    return buffer.getvalue()


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def class_folders(folder, counts, start=0):
    """`class/0001.jpg`, so many of each class."""
    number = start
    for name, count in counts.items():
        for _ in range(count):
            put(folder / name / f"{number:04d}.jpg", photo(number))
            number += 1
    return folder


def grades(number):
    return {key: str((number + step) % 4) for step, key in enumerate(VALUES)}


def aihub_files(people, shots):
    """Photos and label files of set 216, as (stem, photo, label, meta)."""
    for person in range(people):
        for shot in range(shots):
            number = person * shots + shot
            stem = f"{person:04d}_A2LEBJJDE{person:05d}O_16068891{number:05d}_{('TH', 'LH', 'RH', 'BH')[shot % 4]}"
            label = {"image_id": stem, "image_file_name": f"{stem}.jpg", **grades(number)}
            meta = {
                "image_id": stem,
                "image_file_name": f"{stem}.jpg",
                "gender": "남" if person % 2 else "여",
                "age": f"{20 + person}",
                "location": "경기도",
                "question1": "샴푸 사용 빈도",
                "answers1": "1일 1회" if person else "=1+1",
            }
            yield stem, photo(number), label, meta


def aihub_tree(folder, people=12, shots=3):
    """The folders and archives of set 216 with Korean names: photos and labels apart, some unpacked, some not."""
    top = folder / "216.두피 상태 데이터" / "01.데이터"
    files = list(aihub_files(people, shots))
    parts = {"1.Training": ("TS", "TL", files[: 2 * shots * people // 3]), "2.Validation": ("VS", "VL", files)}
    parts["2.Validation"] = ("VS", "VL", files[2 * shots * people // 3 :])
    for part, (source, label, chosen) in parts.items():
        with (
            zipfile.ZipFile(make(top / part / "원천데이터" / f"{source}1_미세각질.zip"), "w") as photos,
            zipfile.ZipFile(make(top / part / "라벨링데이터" / f"{label}1_미세각질.zip"), "w") as labels,
        ):
            for number, (stem, data, values, meta) in enumerate(chosen):
                if number % 5 == 4:
                    put(top / part / "원천데이터" / "피지과다" / f"{stem}.jpg", data)
                else:
                    photos.writestr(f"[원천]미세각질_0.양호/{stem}.jpg", data)
                labels.writestr(f"[라벨]미세각질_0.양호/{stem}.json", json.dumps(values, ensure_ascii=False))
                labels.writestr(f"[라벨]미세각질_0.양호/{stem}_META.json", json.dumps(meta).encode("utf-8-sig"))
    return folder


def make(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def rows_of(manifest):
    with manifest.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
