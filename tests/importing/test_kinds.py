"""Kinds of documents that offices have, each once: what a person would take from it, Loa takes from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from loa.article import render
from loa.article.markup import spoken_parts
from loa.article.tables import joined
from loa.campaign import Campaign, Commune
from loa.importing.documents import read_bytes
from loa.importing.letters import modern
from loa.importing.notice import Notice, read_notice
from loa.workspace import Workspace
from tests.importing.papers import Pdf, foot, head, saved, word

TODAY = date(2026, 11, 28)


@dataclass(frozen=True)
class Kind:
    name: str
    make: Callable[[], bytes]
    title: str
    issuer: str | None = None
    kind: str | None = None
    number: str | None = None
    issued: date | None = None
    contact: tuple[str, str | None] | None = None
    holds: tuple[str, ...] = ()  # paragraphs of the body
    said: tuple[str, ...] = ()  # rows of tables as they are read
    without: tuple[str, ...] = ()  # what no part of the body may hold
    suffix: str = field(default="docx")


def text(*lines: str) -> Callable[[], bytes]:
    return lambda: "\n".join(lines).encode()


RULES = "Đề nghị các hộ gia đình phối hợp thực hiện."
CALL = "Mọi chi tiết xin liên hệ Trạm Y tế xã Bến Hải, điện thoại 0233 3825 119."


def vaccination() -> bytes:
    return word(
        head("TRUNG TÂM Y TẾ KHU VỰC VĨNH LINH", "TRẠM Y TẾ XÃ BẾN HẢI", number="Số: 15/TB-TYT"),
        "THÔNG BÁO",
        "Về việc tiêm vắc xin sởi - rubella cho trẻ từ 18 đến 24 tháng tuổi",
        "",
        "Thực hiện kế hoạch tiêm chủng mở rộng, Trạm Y tế xã Bến Hải tổ chức tiêm như sau:",
        [
            ["STT", "Thôn", "Ngày", "Giờ", "Địa điểm"],
            ["1", "Thôn Đông", "10/12", "7h30-11h00", "Nhà văn hóa thôn Đông"],
            ["2", "Thôn Tây", "11/12", "13h30-16h30", "Trạm Y tế xã"],
        ],
        "Bà mẹ mang theo sổ tiêm chủng của trẻ.",
        CALL,
        foot(),
    )


def merged() -> bytes:
    made = docx.Document()
    for line in ("UBND XÃ BẾN HẢI", "BAN QUẢN LÝ CHỢ", "THÔNG BÁO", "Về việc thu phí chợ năm 2027"):
        made.add_paragraph(line)
    made.add_paragraph("Ban Quản lý chợ thông báo mức thu như sau:")
    grid = made.add_table(rows=5, cols=4)
    texts = [
        ["TT", "Loại quầy", "Mức thu (đồng/tháng)", ""],
        ["", "", "Trong nhà", "Ngoài trời"],
        ["1", "Quầy cố định", "150.000", "90.000"],
        ["A. Khu ăn uống", "", "", ""],
        ["2", "Bàn ăn", "80.000", ""],
    ]
    for row, cells in zip(grid.rows, texts, strict=True):
        for cell, value in zip(row.cells, cells, strict=True):
            cell.text = value
    grid.cell(0, 2).merge(grid.cell(0, 3))
    grid.cell(0, 0).merge(grid.cell(1, 0))
    grid.cell(0, 1).merge(grid.cell(1, 1))
    grid.cell(3, 0).merge(grid.cell(3, 3))
    made.add_paragraph(RULES)
    return saved(made)


def official_pdf() -> bytes:
    made = Pdf()
    for n, line in enumerate(("CÔNG AN TỈNH QUẢNG TRỊ", "CÔNG AN XÃ BẾN HẢI", "Số: 77/TB-CAX")):
        made.centred(790 - 18 * n, line, 12, 170)
    for n, line in enumerate(
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Bến Hải, ngày 9 tháng 11 năm 2026")
    ):
        made.centred(790 - 18 * n, line, 12, 420)
    made.centred(710, "THÔNG BÁO", 14)
    made.centred(690, "Về việc cấp căn cước cho công dân từ đủ 14 tuổi", 13)
    made.centred(673, "trên địa bàn xã", 13)
    y = made.paragraph(
        640,
        "Thực hiện Luật Căn cước, Công an xã Bến Hải thông báo lịch làm căn cước cho công dân từ đủ 14 tuổi trở lên chưa có thẻ hoặc thẻ đã hết hạn sử dụng như sau:",
    )
    y = made.table(
        y,
        [
            ["TT", "Thôn", "Thời gian", "Địa điểm"],
            ["1", "Thôn Đông", "7h30-11h00\nngày 20/11", "Trụ sở Công an xã"],
            ["2", "Thôn Nam", "13h30-17h00\nngày 20/11", "Nhà văn hóa thôn"],
        ],
        [85, 125, 230, 350, 540],
    )
    y = made.paragraph(
        y, "Khi đi, công dân mang theo giấy khai sinh hoặc thẻ căn cước cũ. Người già yếu, khuyết tật được làm tại nhà."
    )
    made.paragraph(y, "Mọi thắc mắc liên hệ Công an xã Bến Hải, số điện thoại 0233.3888.113 để được hướng dẫn.")
    made.text(85, 120, "Nơi nhận:", 12)
    made.text(85, 104, "- Lưu: VT.", 11)
    made.centred(120, "TRƯỞNG CÔNG AN XÃ", 13, 420)
    made.centred(60, "Trung tá Lê Văn Minh", 13, 420)
    made.centred(30, "1", 12)
    return made.bytes()


def two_pages() -> bytes:
    made = Pdf()
    made.centred(780, "ĐIỆN LỰC VĨNH LINH", 13)
    made.centred(760, "LỊCH NGỪNG CUNG CẤP ĐIỆN THÁNG 12/2026", 13)
    y = made.paragraph(
        730,
        "Để bảo dưỡng lưới điện, Điện lực Vĩnh Linh ngừng cấp điện một số khu vực theo lịch dưới đây, đề nghị khách hàng chủ động sắp xếp công việc.",
    )
    rows = [["Ngày", "Giờ", "Khu vực"], *([f"{n:02}/12", "6h00-11h30", f"Thôn {n}"] for n in range(1, 8))]
    made.table(y, rows, [85, 160, 260, 500])
    made.centred(30, "1", 12)
    made.page()
    y = made.table(780, [["08/12", "6h00-11h30", "Thôn 8"], ["09/12", "13h00-17h00", "Thôn 9"]], [85, 160, 260, 500])
    made.paragraph(y, "Khi cần, khách hàng gọi Trung tâm Chăm sóc khách hàng Điện lực miền Trung, số 1900 1909.")
    made.centred(30, "2", 12)
    return made.bytes()


PASTED = (
    "Trang chủ > Tin tức > Y tế",
    "CHỦ ĐỘNG PHÒNG CHỐNG SỐT XUẤT HUYẾT TRÊN ĐỊA BÀN XÃ BẾN HẢI",
    "Đăng ngày: 12/11/2026 - Lượt xem: 1.203",
    "Share on Facebook",
    "Theo Trạm Y tế xã Bến Hải, từ đầu năm đến nay toàn xã có 12 ca mắc sốt xuất huyết.",
    "Ảnh 1. Cán bộ Trạm Y tế hướng dẫn người dân diệt lăng quăng.",
    "Ảnh: Thu Hà",
    "Mỗi gia đình cần đậy kín dụng cụ chứa nước, thả cá vào bể.",
    "Khi sốt cao liên tục từ 2 ngày trở lên phải đến ngay cơ sở y tế.",
    "Tin liên quan",
    "Ra quân tổng vệ sinh môi trường đợt 3 (05/11/2026)",
    "Khám sức khỏe cho người cao tuổi",
    "Chia sẻ:  Facebook  Zalo",
)

SATURDAY = (
    "UBND XÃ VĨNH THỦY     CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "TRUNG TÂM PHỤC VỤ HCC          Độc lập - Tự do - Hạnh phúc",
    "Số: 05/TB-TTPVHCC        Vĩnh Thủy, ngày 10 tháng 11 năm 2026",
    "",
    "THÔNG BÁO",
    "V/v thay đổi thời gian tiếp nhận hồ sơ vào thứ Bảy",
    "",
    "Kính gửi: - Các thôn;",
    "          - Nhân dân trên địa bàn xã.",
    "",
    "Trung tâm Phục vụ hành chính công xã Vĩnh Thủy thông báo: từ ngày 14/11/2026, Trung tâm",
    "tiếp nhận hồ sơ vào sáng thứ Bảy hằng tuần, từ 7h30 đến 11h00.",
    "Lịch trực:",
    "Ngày\tNgười trực\tĐiện thoại",
    "14/11\tChị Hương\t0912 345 678",
    "21/11\tAnh Nam\t0913 456 789",
    "Trân trọng thông báo./.",
    "",
    "                                   GIÁM ĐỐC",
    "                                   (Đã ký)",
    "                                   Trần Thị Mai",
)
BLOOD = (
    "Thông báo khẩn",
    "Bệnh viện Đa khoa khu vực Triệu Hải cần người hiến máu nhóm AB",
    "Đăng lúc 08:15 - 15/10/2026 | Người đăng: admin",
    "(Xem: 245)",
    "Hiện nay, Bệnh viện Đa khoa khu vực Triệu Hải đang tiếp nhận một bệnh nhân bị tai nạn, cần gấp 5 đơn vị máu AB.",
    "[Ảnh minh họa]",
    "Ai có nhóm máu trên xin liên hệ Khoa Xét nghiệm, bệnh viện, số 0233.3861.245 (gặp chị Thảo).",
    "Xin chân thành cảm ơn!",
    "Các tin khác:",
    "» Lịch khám bệnh tuần 42",
    "» Thông báo tuyển dụng viên chức",
)
YOUTH = (
    "ĐOÀN TNCS HỒ CHÍ MINH",
    "BCH ĐOÀN XÃ NGHĨA HÀNH",
    "***",
    "Số: 22-TB/ĐTN",
    "ĐOÀN THANH NIÊN CỘNG SẢN HỒ CHÍ MINH",
    "Nghĩa Hành, ngày 01/11/2026",
    "THÔNG BÁO",
    'Về việc tổ chức giải bóng đá thiếu niên tranh cúp "Măng non" năm 2026',
    "Ban Chấp hành Đoàn xã tổ chức giải bóng đá thiếu niên như sau:",
    "1. Thời gian: từ ngày 15/11 đến 22/11/2026.",
    "2. Địa điểm: sân vận động xã.",
    "3. Đăng ký: gửi danh sách về Văn phòng Đoàn xã trước ngày 10/11/2026.",
    "TM. BAN THƯỜNG VỤ",
    "BÍ THƯ",
    "Lê Thị Thu",
    "PHỤ LỤC",
    "Danh sách sân thi đấu",
    "Sân A: trường THCS Nghĩa Hành",
)
LETTER = (
    "HỘI LIÊN HIỆP PHỤ NỮ VIỆT NAM TỈNH AN GIANG",
    "HỘI LIÊN HIỆP PHỤ NỮ XÃ CHÂU PHONG",
    "Số: 31/TB-BTV",
    "V/v mời tham gia lớp dạy nghề nấu ăn",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập – Tự do – Hạnh phúc",
    "Châu Phong, ngày 3 tháng 11 năm 2026",
    "",
    "Kính gửi: Hội viên, phụ nữ trong xã",
    "",
    "Hội Liên hiệp Phụ nữ xã Châu Phong phối hợp Trung tâm Giáo dục nghề nghiệp mở lớp dạy nghề nấu ăn.",
    "- Thời gian: 15 buổi tối, từ ngày 16/11/2026.",
    "- Địa điểm: Hội trường UBND xã.",
    "- Liên hệ đăng ký: chị Nguyễn Thị Hạnh, Chủ tịch Hội, ĐT 0907.123.456.",
    "Rất mong các chị tham gia đông đủ.",
    "T/M BAN THƯỜNG VỤ",
    "CHỦ TỊCH",
    "(đã ký)",
    "Nguyễn Thị Hạnh",
)
FRAUD = (
    "Cổng thông tin điện tử xã Ia Pa",
    "Tin tức - Sự kiện",
    "Công an xã cảnh báo thủ đoạn giả danh nhân viên điện lực",
    "Thứ Ba, 10/11/2026, 14:30 GMT+7",
    "Cỡ chữ: A- A A+",
    "Nghe đọc bài",
    "Thời gian gần đây, trên địa bàn xã Ia Pa xuất hiện đối tượng giả danh nhân viên điện lực gọi điện yêu cầu chuyển tiền. Công an xã Ia Pa khuyến cáo người dân:",
    "– Không cung cấp mã OTP, số tài khoản;",
    "– Không chuyển tiền cho người lạ.",
    "Hình 1: Ảnh chụp tin nhắn lừa đảo",
    "Khi phát hiện, báo ngay Công an xã qua số trực ban 0269.3655.113.",
    "Tác giả: Ksor H'Lan",
    "Tags: lừa đảo, điện lực",
    "Bài viết liên quan",
    "Tập huấn chữa cháy cho hộ kinh doanh",
    'Ra mắt mô hình "Camera an ninh"',
    "Bình luận (0)",
    "Copyright © 2026 UBND xã Ia Pa",
)
PLAN = (
    "KẾ HOẠCH",
    "Tổ chức Ngày hội Đại đoàn kết toàn dân tộc năm 2026",
    "",
    "Ban Công tác Mặt trận thôn Phú Lộc tổ chức Ngày hội như sau:",
    "I. MỤC ĐÍCH",
    "Nhằm phát huy sức mạnh đoàn kết.",
    "II. THỜI GIAN, ĐỊA ĐIỂM",
    "| Thời gian | 7 giờ 00, ngày 15/11/2026 |",
    "| Địa điểm | Nhà văn hóa thôn |",
    "| Thành phần | Toàn thể nhân dân |",
    "III. TỔ CHỨC THỰC HIỆN",
    "Các hộ treo cờ Tổ quốc từ ngày 14/11.",
    "",
    "Phú Lộc, ngày 01 tháng 11 năm 2026",
    "TM. BAN CÔNG TÁC MẶT TRẬN",
    "TRƯỞNG BAN",
    "Lê Văn Tám",
)

RESOLUTION = (
    head("HỘI ĐỒNG NHÂN DÂN", "XÃ PHÚ LƯƠNG", number="Số: 15/NQ-HĐND", place="Phú Lương, ngày 20 tháng 7 năm 2026"),
    "N G H Ị   Q U Y Ế T",
    "Về việc hỗ trợ xây dựng nhà văn hóa thôn",
    "HỘI ĐỒNG NHÂN DÂN XÃ PHÚ LƯƠNG",
    "Xét Tờ trình số 40/TTr-UBND ngày 10/7/2026 của UBND xã;",
    "QUYẾT NGHỊ:",
    "Điều 1. Thông qua mức hỗ trợ như sau:",
    "1. Xây mới: 400 triệu đồng/nhà.",
    foot("CHỦ TỊCH", "Hoàng Thị Vân"),
    "PHỤ LỤC",
    [["STT", "Thôn", "Số nhà"], ["1", "Thôn Đông", "2"], ["", "Thôn Tây", "1"], ["Tổng cộng", "", "3"]],
)


def framed() -> bytes:
    """All of the page within one cell, its letterhead and its table within that."""
    made = docx.Document()
    page = made.add_table(1, 1).cell(0, 0)
    top = page.add_table(1, 2)
    top.cell(0, 0).text = "ĐIỆN LỰC HÒN ĐẤT\nĐỘI QLĐ KHU VỰC SƠN KIÊN"
    top.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    page.add_paragraph("THÔNG BÁO TẠM NGỪNG CUNG CẤP ĐIỆN")
    page.add_paragraph("Đội tạm ngừng cung cấp điện trên địa bàn xã Sơn Kiên theo lịch sau:")
    grid = page.add_table(2, 2)
    for cell, told in zip(grid._cells, ("Ngày", "Khu vực", "5/12", "Ấp Vàm Răng"), strict=True):
        cell.text = told
    return saved(made)


def paired() -> bytes:
    """A table whose second row names only what stands below one head."""
    made = docx.Document()
    for line in ("ĐẢNG ỦY XÃ TÂN THÀNH", "BAN XÂY DỰNG ĐẢNG", "Số 09-HD/BXDĐ", "Tân Thành, ngày 2/11/2026"):
        made.add_paragraph(line)
    made.add_paragraph("HƯỚNG DẪN sinh hoạt chi bộ tháng 11")
    made.add_paragraph("Hoàn thành trước ngày 10/11/2026.")
    grid = made.add_table(rows=3, cols=3)
    texts = [["Thôn", "Số vật nuôi", ""], ["", "Trâu", "Bò"], ["Khe Pịa", "45", "12"]]
    for row, cells in zip(grid.rows, texts, strict=True):
        for cell, value in zip(row.cells, cells, strict=True):
            cell.text = value
    grid.cell(0, 1).merge(grid.cell(0, 2))
    return saved(made)


def columns_pdf() -> bytes:
    """A newsletter in two columns with a narrow gap, a raised mark of a footnote, and square metres."""
    made = Pdf()
    made.centred(800, "BẢN TIN KHUYẾN NÔNG XÃ THANH HÀ", 14)
    left = "Tháng này trời âm u nên bệnh sương mai có thể gây hại trên cây vải và rau màu vụ đông ở các thôn. " * 2
    right = "Bà con thoát nước kịp thời sau mưa, bón phân cân đối và không dùng nước bẩn để tưới rau trong vườn. " * 2
    made.paragraph(760, left, left=60, right=280, indent=12)
    made.paragraph(760, right, left=298, right=520, indent=12)
    made.text(60, 500, "Mỗi hộ được hỗ trợ 5 m", 12)
    made.text(60 + 22 * 6, 505, "2", 8)
    made.text(60 + 23 * 6, 500, " lưới che rau theo đăng ký", 12)
    made.text(60 + 49 * 6, 505, "1", 8)
    made.text(60 + 50 * 6, 500, ".", 12)
    return made.bytes()


KINDS = [
    Kind(
        "vaccination",
        vaccination,
        "Thông báo về việc tiêm vắc xin sởi - rubella cho trẻ từ 18 đến 24 tháng tuổi",
        "Trạm Y tế xã Bến Hải",
        "thông báo",
        "15/TB-TYT",
        date(2026, 11, 5),
        ("Trạm Y tế xã Bến Hải", "0233 3825 119"),
        ("Bà mẹ mang theo sổ tiêm chủng của trẻ.", CALL),
        ("Thôn Đông, ngày 10/12, giờ: 7h30-11h00, địa điểm: Nhà văn hóa thôn Đông.",),
        ("Nguyễn Thị Lan", "CỘNG HÒA", "Lưu"),
    ),
    Kind(
        "superior with the place",
        lambda: word(
            "UBND XÃ BẾN HẢI",
            "TRẠM Y TẾ",
            "THÔNG BÁO",
            "Lịch khám sức khỏe cho người cao tuổi",
            "Ngày 20/11/2026, Trạm khám tại thôn Đông.",
            RULES,
        ),
        "Lịch khám sức khỏe cho người cao tuổi",
        "Trạm Y tế xã Bến Hải",
        "thông báo",
        holds=("Ngày 20/11/2026, Trạm khám tại thôn Đông.", RULES),
    ),
    Kind(
        "fatherland front",
        lambda: word(
            head("ỦY BAN MTTQ VIỆT NAM", "XÃ BẾN HẢI", "BAN THƯỜNG TRỰC", number="Số: 08/TB-MTTQ-BTT"),
            "LỜI KÊU GỌI",
            "Ủng hộ đồng bào bị thiệt hại do bão số 12",
            "Kính thưa toàn thể nhân dân trong xã!",
            "Cơn bão số 12 đã gây thiệt hại nặng nề về người và tài sản.",
            "Mọi sự ủng hộ xin gửi về Ban Vận động cứu trợ xã, tài khoản 3901 0000 1234.",
            [["", "TM. BAN THƯỜNG TRỰC\nCHỦ TỊCH\n\nTrần Văn Bình"]],
        ),
        "Lời kêu gọi ủng hộ đồng bào bị thiệt hại do bão số 12",
        "Ban Thường trực Ủy ban MTTQ Việt Nam xã Bến Hải",
        "lời kêu gọi",
        "08/TB-MTTQ-BTT",
        date(2026, 11, 5),
        holds=(
            "Cơn bão số 12 đã gây thiệt hại nặng nề về người và tài sản.",
            "Mọi sự ủng hộ xin gửi về Ban Vận động cứu trợ xã, tài khoản 3901 0000 1234.",
        ),
        without=("Trần Văn Bình",),
    ),
    Kind(
        "capitals with abbreviations",
        text(
            "ĐIỆN LỰC VĨNH LINH THÔNG BÁO LỊCH CẮT ĐIỆN CỦA EVN TẠI XÃ CỒN TIÊN",
            "Điện lực Vĩnh Linh thông báo ngừng cấp điện từ 6h00 đến 11h00 ngày 30/11/2026 để thay máy biến áp.",
            "Đề nghị UBND xã Cồn Tiên thông báo để nhân dân biết.",
        ),
        "Điện lực Vĩnh Linh thông báo lịch cắt điện của EVN tại xã Cồn Tiên",
        "Điện lực Vĩnh Linh",
        suffix="txt",
        holds=("Đề nghị UBND xã Cồn Tiên thông báo để nhân dân biết.",),
    ),
    Kind(
        "names in a capital title",
        text(
            "UBND PHƯỜNG ĐỒNG HỚI TỔ CHỨC HỘI NGHỊ TIẾP XÚC CỬ TRI VỚI ĐẠI BIỂU HĐND TỈNH QUẢNG TRỊ KHÓA IX",
            "Sáng ngày 2/12/2026, UBND phường Đồng Hới tổ chức hội nghị tiếp xúc cử tri.",
            "Cử tri các tổ dân phố đến dự đông đủ.",
        ),
        "UBND phường Đồng Hới tổ chức hội nghị tiếp xúc cử tri với đại biểu HĐND tỉnh Quảng Trị khóa IX",
        "UBND phường Đồng Hới",
        suffix="txt",
    ),
    Kind(
        "merged cells",
        merged,
        "Thông báo về việc thu phí chợ năm 2027",
        "Ban Quản lý chợ xã Bến Hải",
        "thông báo",
        holds=("A. Khu ăn uống", RULES),
        said=("Quầy cố định, mức thu trong nhà: 150.000 đồng/tháng, mức thu ngoài trời: 90.000 đồng/tháng.",),
    ),
    Kind(
        "official PDF",
        official_pdf,
        "Thông báo về việc cấp căn cước cho công dân từ đủ 14 tuổi trên địa bàn xã",
        "Công an xã Bến Hải",
        "thông báo",
        "77/TB-CAX",
        date(2026, 11, 9),
        ("Công an xã Bến Hải", "0233.3888.113"),
        (
            "Thực hiện Luật Căn cước, Công an xã Bến Hải thông báo lịch làm căn cước cho công dân từ đủ 14 tuổi trở lên chưa có thẻ hoặc thẻ đã hết hạn sử dụng như sau:",
            "Khi đi, công dân mang theo giấy khai sinh hoặc thẻ căn cước cũ. Người già yếu, khuyết tật được làm tại nhà.",
        ),
        ("Thôn Đông, thời gian: 7h30-11h00 ngày 20/11, địa điểm: Trụ sở Công an xã.",),
        ("Lê Văn Minh", "CỘNG HÒA"),
        "pdf",
    ),
    Kind(
        "table over two pages",
        two_pages,
        "Lịch ngừng cung cấp điện tháng 12/2026",
        "Điện lực Vĩnh Linh",
        contact=("Trung tâm Chăm sóc khách hàng Điện lực miền Trung", "1900 1909"),
        said=("Ngày 01/12, giờ: 6h00-11h30, khu vực: Thôn 1.", "Ngày 09/12, giờ: 13h00-17h00, khu vực: Thôn 9."),
        suffix="pdf",
    ),
    Kind(
        "copied page",
        text(*PASTED),
        "Chủ động phòng chống sốt xuất huyết trên địa bàn xã Bến Hải",
        "Trạm Y tế xã Bến Hải",
        issued=date(2026, 11, 12),
        holds=(
            "Mỗi gia đình cần đậy kín dụng cụ chứa nước, thả cá vào bể.",
            "Cán bộ Trạm Y tế hướng dẫn người dân diệt lăng quăng.",
        ),
        without=("Lượt xem", "Facebook", "liên quan", "Ra quân", "Thu Hà", "Trang chủ"),
        suffix="txt",
    ),
    Kind(
        "columns in one line",
        text(*SATURDAY),
        "Thông báo về việc thay đổi thời gian tiếp nhận hồ sơ vào thứ Bảy",
        "Trung tâm Phục vụ HCC xã Vĩnh Thủy",
        "thông báo",
        "05/TB-TTPVHCC",
        date(2026, 11, 10),
        None,
        (
            "Trung tâm Phục vụ hành chính công xã Vĩnh Thủy thông báo: từ ngày 14/11/2026, Trung tâm tiếp nhận hồ sơ vào sáng thứ Bảy hằng tuần, từ 7h30 đến 11h00.",
        ),
        ("Ngày 14/11, người trực: Chị Hương, điện thoại: 0912 345 678.",),
        ("Trần Thị Mai",),
        "txt",
    ),
    Kind(
        "headline below the kind",
        text(*BLOOD),
        "Bệnh viện Đa khoa khu vực Triệu Hải cần người hiến máu nhóm AB",
        "Bệnh viện Đa khoa khu vực Triệu Hải",
        "thông báo khẩn",
        None,
        date(2026, 10, 15),
        ("Khoa Xét nghiệm", "0233.3861.245"),
        (),
        (),
        ("Xem", "tuyển dụng", "minh họa"),
        "txt",
    ),
    Kind(
        "appendix below the signature",
        text(*YOUTH),
        'Thông báo về việc tổ chức giải bóng đá thiếu niên tranh cúp "Măng non" năm 2026',
        "BCH Đoàn xã Nghĩa Hành",
        "thông báo",
        "22-TB/ĐTN",
        date(2026, 11, 1),
        None,
        ("2. Địa điểm: sân vận động xã.", "Sân A: trường THCS Nghĩa Hành"),
        (),
        ("Lê Thị Thu",),
        "txt",
    ),
    Kind(
        "letter",
        text(*LETTER),
        "Về việc mời tham gia lớp dạy nghề nấu ăn",
        "Hội Liên hiệp Phụ nữ xã Châu Phong",
        "công văn",
        "31/TB-BTV",
        date(2026, 11, 3),
        ("chị Nguyễn Thị Hạnh", "0907.123.456"),
        ("Địa điểm: Hội trường UBND xã.",),
        (),
        (),
        "txt",
    ),
    Kind(
        "page of a portal",
        text(*FRAUD),
        "Công an xã cảnh báo thủ đoạn giả danh nhân viên điện lực",
        "Công an xã Ia Pa",
        None,
        None,
        date(2026, 11, 10),
        ("Công an xã", "0269.3655.113"),
        ("Không chuyển tiền cho người lạ.", "Ảnh chụp tin nhắn lừa đảo"),
        (),
        ("Cỡ chữ", "Tags", "Ra mắt", "Copyright", "H'Lan"),
        "txt",
    ),
    Kind(
        "plan without a head",
        text(*PLAN),
        "Tổ chức Ngày hội Đại đoàn kết toàn dân tộc năm 2026",
        "Ban Công tác Mặt trận thôn Phú Lộc",
        "kế hoạch",
        None,
        date(2026, 11, 1),
        None,
        ("III. TỔ CHỨC THỰC HIỆN", "Các hộ treo cờ Tổ quốc từ ngày 14/11."),
        ("Địa điểm: Nhà văn hóa thôn.",),
        ("Lê Văn Tám",),
        "txt",
    ),
    Kind(
        "resolution with what it resolves",
        lambda: word(*RESOLUTION),
        "Nghị quyết về việc hỗ trợ xây dựng nhà văn hóa thôn",
        "Hội đồng nhân dân xã Phú Lương",
        "nghị quyết",
        "15/NQ-HĐND",
        date(2026, 7, 20),
        holds=("QUYẾT NGHỊ:", "1. Xây mới: 400 triệu đồng/nhà."),
        said=("Thôn Tây, số nhà: 1.", "Tổng cộng, số nhà: 3."),
        without=("Hoàng Thị Vân", "Nơi nhận"),
    ),
    Kind(
        "page within a frame",
        framed,
        "Thông báo tạm ngừng cung cấp điện",
        "Đội QLĐ khu vực Sơn Kiên",
        "thông báo",
        said=("Ngày 5/12, khu vực: Ấp Vàm Răng.",),
    ),
    Kind(
        "schedule of a leader, invitation's place",
        lambda: word(
            head("THƯỜNG TRỰC HĐND", "XÃ ĐẠI THANH", number="Số: 3/LT-HĐND"),
            "LỊCH TIẾP CÔNG DÂN",
            "CỦA LÃNH ĐẠO HĐND XÃ THÁNG 12 NĂM 2026",
            "(Kèm theo Thông báo số 3)",
            "Địa điểm: Phòng tiếp công dân, trụ sở UBND xã.",
        ),
        "Lịch tiếp công dân của lãnh đạo HĐND xã tháng 12 năm 2026",
        "Thường trực HĐND xã Đại Thanh",
        "lịch tiếp công dân",
        "3/LT-HĐND",
        date(2026, 11, 5),
        holds=("Địa điểm: Phòng tiếp công dân, trụ sở UBND xã.",),
        without=("Kèm theo",),
    ),
    Kind(
        "invitation",
        lambda: word(
            head("UBND XÃ KIM BÔI", "TRƯỜNG PTDTBT THCS NẬT SƠN", number="Số: 8/GM", place="Kim Bôi, ngày 3/11/2026"),
            "GIẤY MỜI",
            "Nhà trường trân trọng kính mời: phụ huynh học sinh khối 6",
            "Dự Hội nghị cha mẹ học sinh đầu năm học",
            "Thời gian: 7 giờ 30 ngày 8/11/2026.",
        ),
        "Giấy mời dự hội nghị cha mẹ học sinh đầu năm học",
        "Trường PTDTBT THCS Nật Sơn",
        "giấy mời",
        "8/GM",
        date(2026, 11, 3),
        holds=("Nhà trường trân trọng kính mời: phụ huynh học sinh khối 6",),
    ),
    Kind(
        "two columns",
        columns_pdf,
        "Bản tin khuyến nông xã Thanh Hà",
        None,
        "bản tin",
        holds=(
            "Tháng này trời âm u nên bệnh sương mai có thể gây hại trên cây vải và rau màu vụ đông ở các thôn. "
            "Tháng này trời âm u nên bệnh sương mai có thể gây hại trên cây vải và rau màu vụ đông ở các thôn.",
            "Mỗi hộ được hỗ trợ 5 m2 lưới che rau theo đăng ký.",
        ),
        suffix="pdf",
    ),
    Kind(
        "party's guidance, heads over two columns",
        paired,
        "Hướng dẫn sinh hoạt chi bộ tháng 11",
        "Ban Xây dựng Đảng xã Tân Thành",
        "hướng dẫn",
        "09-HD/BXDĐ",
        date(2026, 11, 2),
        said=("Thôn Khe Pịa, số vật nuôi trâu: 45, số vật nuôi bò: 12.",),
    ),
    Kind(
        "menu in one line",
        text(
            "Trang chủ  |  Giới thiệu  |  Tin tức",
            "[Thông báo tuyển quân năm 2027]",
            "Hội đồng Nghĩa vụ quân sự xã Ia Krêl thông báo về việc khám tuyển năm 2027.",
            "Ảnh 1. Buổi khám năm ngoái. Ảnh: T.H",
            "Tin: Siu Thảo",
        ),
        "Thông báo tuyển quân năm 2027",
        "Hội đồng Nghĩa vụ quân sự xã Ia Krêl",
        "thông báo",
        holds=("Buổi khám năm ngoái.",),
        without=("Giới thiệu", "Siu Thảo", "T.H"),
        suffix="txt",
    ),
    Kind(
        "messages of a group",
        text(
            "[10:05, 18/11/2026] Trạm Y tế xã Vĩnh Hòa: 📢📢 LỊCH TIÊM CHỦNG THÁNG 12 💉",
            "[10:06, 18/11/2026] Trạm Y tế xã Vĩnh Hòa: Từ ngày 5/12/2026",
            "Ấp | Buổi",
            "Ấp 1 | Sáng",
            "Ấp 2 | Chiều",
        ),
        "Lịch tiêm chủng tháng 12",
        "Trạm Y tế xã Vĩnh Hòa",
        None,
        None,
        date(2026, 11, 18),
        holds=("Từ ngày 5/12/2026",),
        said=("Ấp 1, buổi Sáng.",),
        suffix="txt",
    ),
]


def taken(kind: Kind) -> Notice:
    return read_notice(read_bytes(kind.make(), f"van-ban.{kind.suffix}"), TODAY)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_taken_as_a_person_would(kind: Kind) -> None:
    notice = taken(kind)
    assert (notice.title, notice.issuer, notice.kind, notice.number, notice.issued) == (
        kind.title, kind.issuer, kind.kind, kind.number, kind.issued,
    )  # fmt: skip
    if kind.contact:
        assert notice.contact is not None
        assert (notice.contact["name"], notice.contact["phone"]) == kind.contact
    assert [line for line in kind.holds if line not in notice.body] == [], notice.body
    said = [part.text for part in spoken_parts("\n\n".join(joined(notice.body)), "web")]
    assert [line for line in kind.said if line not in said] == [], said
    assert [word for word in kind.without if any(word in line for line in notice.body)] == [], notice.body


def test_what_word_shows_is_taken_and_what_is_struck_out_is_not() -> None:
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    made = docx.Document()
    made.add_paragraph("Lịch tiêm phòng dại")
    shown = made.add_paragraph("Sáng thứ Bảy ")
    for xml in (
        f'<w:ins {names} w:id="1" w:author="a"><w:r><w:t xml:space="preserve">ngày 5/12 </w:t></w:r></w:ins>',
        f'<w:del {names} w:id="2" w:author="a"><w:r><w:delText>ngày 4/12 </w:delText></w:r></w:del>',
        f"<w:sdt {names}><w:sdtContent><w:r><w:t>tiêm tại nhà văn hóa.</w:t></w:r></w:sdtContent></w:sdt>",
    ):
        shown._p.append(parse_xml(xml))
    for line in ("Mang chó đến điểm tiêm", "Đeo rọ mõm cho chó"):
        made.add_paragraph(line, style="List Number")
    made.element.body.insert(
        2,
        parse_xml(
            f"<w:sdt {names}><w:sdtContent><w:p><w:r><w:t>Mỗi mũi 25.000 đồng.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        ),
    )
    notice = read_notice(read_bytes(saved(made), "a.docx"), TODAY)
    assert set(notice.body) == {
        "Sáng thứ Bảy ngày 5/12 tiêm tại nhà văn hóa.",
        "Mỗi mũi 25.000 đồng.",
        "1. Mang chó đến điểm tiêm",
        "2. Đeo rọ mõm cho chó",
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_of_a_document_is_lost(kind: Kind) -> None:
    """Each line of the file is in the title, in the body, in what was left out, or is a greeting."""
    document = read_bytes(kind.make(), f"van-ban.{kind.suffix}")
    notice = read_notice(document, TODAY)
    kept = "\n".join([notice.title, *notice.body, *notice.left_out, *notice.notes, notice.kind or ""])
    words = set(re.findall(r"\w+", kept.lower()))
    lost = [word for line in modern(document.lines) for word in re.findall(r"\w+", line.lower()) if word not in words]
    assert set(lost) <= set(
        "kính thưa toàn thể nhân dân trong xã trân trọng thông báo xin chân thành cảm ơn v ảnh 1 hình".split()
    )


def test_a_notice_speaks_for_who_issues_it_and_sends_to_whom_it_names(station: Workspace) -> None:
    own = {"name": "Trung tâm Phục vụ hành chính công xã An Phú", "phone": "0233 999 999"}
    entry = taken(KINDS[0]).entry(TODAY)
    told = render(*_campaign(station, own, entry)).source
    assert "Sau đây là thông báo ngày 5 tháng 11 năm 2026 của Trạm Y tế xã Bến Hải." in told
    assert told.count("0233 3825 119") == 1  # the text itself names it
    assert "0233 999 999" not in told
    assert "Trung tâm Phục vụ" not in told
    without = render(*_campaign(station, own, {**entry, "contact": None, "body": [RULES]})).source
    assert "xin liên hệ Trạm Y tế xã Bến Hải" in without
    of_commune = render(
        *_campaign(station, own, {**entry, "contact": None, "issuer": None, "kind": None, "body": [RULES]})
    ).source
    assert "thông báo ngày 5 tháng 11 năm 2026 của Ủy ban nhân dân xã An Phú" in of_commune
    assert "0233 999 999" in of_commune


def _campaign(station: Workspace, desk: dict[str, str], entry: dict[str, Any]) -> tuple[Workspace, Commune, Campaign]:
    commune = Commune.model_validate(
        {
            "commune": {"name": "An Phú", "province": "Quảng Trị"},
            "contact_desk": desk,
            "campaigns": [{"id": "bai", **entry}],
        }
    )
    return station, commune, commune.campaigns[0]
