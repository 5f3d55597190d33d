"""Where sentences of official text end."""

import pytest

from loa.normalizer import split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Xin chào. Tạm biệt!", ["Xin chào.", "Tạm biệt!"]),
        ("TP. Hồ Chí Minh và TX. Quảng Trị họp.", ["TP. Hồ Chí Minh và TX. Quảng Trị họp."]),
        ("Có 1.250.000 đồng. Còn 3.5 ha.", ["Có 1.250.000 đồng.", "Còn 3.5 ha."]),
        ("Xem dichvucong.gov.vn. Gọi 1022.", ["Xem dichvucong.gov.vn.", "Gọi 1022."]),
        ("Bước 1. Đăng nhập. Bước 2. Nộp.", ["Bước 1. Đăng nhập.", "Bước 2. Nộp."]),
        ("1. Mở cổng.\n2. Nộp hồ sơ.", ["1. Mở cổng.", "2. Nộp hồ sơ."]),
        ("Ngô, khoai, v.v. và lúa.", ["Ngô, khoai, v.v. và lúa."]),
        ("Làm ngay./.", ["Làm ngay./."]),
        ("Hồ sơ gồm:\n- Đơn\n- Ảnh", ["Hồ sơ gồm:", "- Đơn", "- Ảnh"]),
        ("Tiêu đề\n\nĐoạn một. Đoạn hai.", ["Tiêu đề", "Đoạn một.", "Đoạn hai."]),
        ("trực tuyến.Hiện nay có.", ["trực tuyến.", "Hiện nay có."]),
        ("Ông Nguyễn Văn A. và bà B. cùng đi.", ["Ông Nguyễn Văn A. và bà B. cùng đi."]),
        ("Chờ… rồi đi. Thật à? Ừ!", ["Chờ… rồi đi.", "Thật à?", "Ừ!"]),
        ('Ông nói: "Được." Rồi về.', ['Ông nói: "Được."', "Rồi về."]),
        ("PGS.TS. Lê Hoa và ThS. Nam.", ["PGS.TS. Lê Hoa và ThS. Nam."]),
        ("Theo Đ/c. Hải, Đ. Lê Lợi, P. 5.", ["Theo Đ/c. Hải, Đ. Lê Lợi, P. 5."]),
        ("I. MỤC ĐÍCH\nNâng cao nhận thức.", ["I. MỤC ĐÍCH", "Nâng cao nhận thức."]),
        ("", []),
        ("   \n ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]):
    assert split(text) == sentences
