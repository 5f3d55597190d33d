"""Each rule by example: what it tells, letter for letter, and what it lets pass."""

from datetime import date

import pytest

from loa.campaign import Unit
from loa.checks import review

Y2021, Y2023, Y2024, Y2026 = date(2021, 10, 1), date(2023, 8, 8), date(2024, 12, 1), date(2026, 11, 1)

TOLD = [
    # dead law, and two schemes
    (Y2023, "Xã cung cấp dịch vụ công trực tuyến mức độ 3.", "law.levels-ended", "mức độ 3"),
    (Y2023, "Toàn xã có 12 DVC mức 4.", "law.levels-ended", "mức 4"),
    (Y2023, "Dịch vụ công trực tuyến có bốn mức độ.", "law.levels-ended", "bốn mức độ"),
    (Y2021, "Dịch vụ công trực tuyến toàn trình rất tiện.", "law.kinds-early", "toàn trình"),
    (Y2023, "Dịch vụ công toàn phần rất tiện.", "wording.toan-phan", "toàn phần"),
    (Y2026, "Nộp trên Cổng dịch vụ công của tỉnh để được giải quyết.", "law.portal-ended", "Cổng dịch vụ công của tỉnh"),
    (Y2026, "Hồ sơ gửi về UBND huyện Gio Linh.", "law.district-ended", "UBND huyện Gio Linh"),
    (Y2026, "Thị trấn Cửa Việt tổ chức lễ hội.", "law.district-ended", "Thị trấn Cửa Việt"),
    (Y2026, "Trụ sở đặt tại thành phố Đông Hà.", "law.district-ended", "thành phố Đông Hà"),
    (Y2026, "Nộp tại Bộ phận tiếp nhận và trả kết quả của xã.", "law.one-stop-ended", "Bộ phận tiếp nhận và trả kết quả"),
    (Y2024, "Bạn hãy tạo tài khoản trên Cổng Dịch vụ công quốc gia.", "law.login-ended", "tạo tài khoản trên Cổng"),
    (Y2023, "Theo Nghị định số 43/2011/NĐ-CP của Chính phủ.", "law.ended", "43/2011/NĐ-CP"),
    (Y2024, "Theo Nghị định số 59/2022/NĐ-CP của Chính phủ.", "law.ended", "59/2022/NĐ-CP"),
    (Y2026, "Theo Nghị định số 42/2022/NĐ-CP của Chính phủ.", "law.unconfirmed", "42/2022/NĐ-CP"),
    (Y2026, "Theo Nghị định số 224/2026/NĐ-CP của Chính phủ.", "law.unconfirmed", "224/2026/NĐ-CP"),
    (Y2021, "Theo Nghị định số 42/2022/NĐ-CP của Chính phủ.", "law.too-early", "42/2022/NĐ-CP"),
    (Y2023, "Theo Nghị định số 42/2022/NĐCP của Chính phủ.", "law.number", "42/2022/NĐCP"),
    # addresses
    (Y2023, "Vào https: //dichvucong.gov.vn để nộp.", "address.malformed", "https: //dichvucong.gov.vn"),
    (Y2023, "Vào dichvucong.quangtri.gov.vn / để nộp.", "address.malformed", "dichvucong.quangtri.gov.vn /"),
    (Y2023, "Vào dichvucong. quangtri. gov.vn để nộp.", "address.malformed", "dichvucong. quangtri. gov.vn"),
    (Y2023, "Vào dichvucongquangtri.gov.vn để nộp.", "address.malformed", "dichvucongquangtri.gov.vn"),
    (Y2023, "Vào dichvucong.quang.gov.vn để nộp.", "address.unknown", "dichvucong.quang.gov.vn"),
    (Y2023, "Tỉnh Quảng Trị dùng dichvucong.hungyen.gov.vn để nhận.", "address.other-province", "dichvucong.hungyen.gov.vn"),
    (Y2023, "Vào dichvucong.gov.com để nộp.", "address.not-gov", "dichvucong.gov.com"),
    # spelling
    (Y2023, "Cán bộ làm việc công khai, minh mạch.", "spelling.confused", "minh mạch"),
    (Y2023, "Người dân làm thủ tuc tại xã.", "spelling.confused", "thủ tuc"),
    (Y2023, "Người dân lên mạng Intrenet.", "spelling.confused", "Intrenet"),
    (Y2023, "Việc nay đuợc công khai.", "spelling.syllable", "đuợc"),
    (Y2023, "Bà con nộp hồ sơ truc tuyến.", "spelling.marks", "truc"),
    (Y2023, "Bộ phận tiếp nhân của xã đã nhận.", "spelling.context", "tiếp nhân"),
    (Y2023, "NGHỊ ĐINH CỦA CHÍNH PHỦ", "spelling.confused", "NGHỊ ĐINH"),
    (Y2023, "Kết quả của của người dân.", "spelling.twice", "của của"),
    (Y2023, "Xã bình xét xét danh hiệu.", "spelling.twice", "xét xét"),
    (Y2023, "Bà con kiểm tra kiểm tra biên lai.", "spelling.twice", "kiểm tra kiểm tra"),
    (Y2023, "Hộ vi phạm sẻ bị nhắc nhở.", "spelling.confused", "sẻ"),
    (Y2023, "Bà con lưu ý đễ phòng tránh.", "spelling.confused", "đễ"),
    (Y2023, "Bà con dùng ứng dụng VNeiD.", "spelling.confused", "VNeiD"),
    (Y2023, "Ngân hàng giãi ngân vào thứ Ba.", "spelling.confused", "giãi"),
    (Y2023, "Mời Hội Cưu chiến binh tham dự.", "spelling.context", "Cưu chiến"),
    (Y2023, "Uû ban nh©n d©n x· th«ng b¸o häp th«n.", "encoding.tcvn3", "th«ng b¸o"),
    (Y2023, "UÛy ban nhaân daân xaõ thoâng baùo hoïp thoân.", "encoding.vni", "thoâng baùo"),
    (Y2023, "Bà con gửi qua email nhé.", "word.foreign", "email"),
    (Y2023, "Kinh moi ba con den du hop vao sang mai tai nha van hoa.", "spelling.unmarked", "Kinh moi"),
    # signs and layout
    (Y2023, "Nộp tại nhà,; không phải đi.", "punctuation.doubled", ",;"),
    (Y2023, "Không còn phiền hà….", "punctuation.doubled", "…."),
    (Y2023, "Dịch vụ trực tuyến.Hiện nay đã có.", "punctuation.stuck", ".Hiện"),
    (Y2023, "Hồ sơ,giấy tờ đầy đủ.", "punctuation.stuck", ",giấy"),
    (Y2023, "Địa chỉ dichvucong.gov.vn.Người dân vào đó.", "punctuation.stuck", "."),
    (Y2023, "Lưu giữ ít nhất 15ngày.", "punctuation.stuck", "15ngày"),
    (Y2023, "Bà con chú ý : mang giấy tờ.", "punctuation.space-before", " :"),
    (Y2023, "Có hai loại (toàn trình và một phần.", "punctuation.unbalanced", "("),
    (Y2023, "Mang theo\u00a0giấy tờ.", "layout.invisible", "\u00a0"),
    (Y2023, "Mang theo  giấy tờ.", "layout.spaces", "  "),
    (Y2023, "Xem mục [bookmark: _GoBack] sau.", "leftover", "[bookmark: _GoBack]"),
    (Y2023, "Error! Reference source not found.", "leftover", "Error! Reference source not found."),
    (Y2023, "Gửi đến {{ desk.name }} của xã.", "leftover", "{{ desk.name }}"),
    (Y2023, "Họ và tên: ……………………", "leftover", "……………………"),
    # sentences
    (Y2023, "Dịch vụ mức cơ bản là dịch vụ cho phép người dân tải về các", "sentence.cut-off", "tải về các"),
    (Y2023, "Trình tự thực hiện theo quy định về.", "sentence.cut-off", "quy định về."),
    (Y2023, "Bà con đến trụ sở. người dân mang giấy tờ.", "sentence.small-start", "người"),
    (Y2023, " ".join(["một"] * 46) + ".", "sentence.long", "một một"),
    # what is said
    (Y2023, "Lưu ý: Đ/c Trang đọc bài này.", "note.staff", "Lưu ý: Đ/c Trang"),
    (Y2023, "Phát 2 lần/tuần đến hết năm.", "note.staff", "Phát 2 lần/tuần"),
    (Y2021, "Có 60 dịch vụ công mức độ 3. Riêng năm nay là 61 dịch vụ công mức độ 3.", "count.differs", "61"),
    (Y2021, "Xã có 110 thủ tục, trong đó 60 dịch vụ mức độ 3 và 53 dịch vụ mức độ 4.", "count.sum", "110"),
    (Y2023, "Hạn nộp đến hết ngày 30/6/2023.", "date.past", "ngày 30/6/2023"),
    (Y2023, "Họp dân ngày 31/9/2023.", "date.impossible", "ngày 31/9/2023"),
    (Y2023, "Họp dân ngày 31 tháng 11 tại thôn.", "date.impossible", "31 tháng 11"),
    (Y2023, "Nộp đơn trước ngày 5/13.", "date.impossible", "ngày 5/13"),
    (Y2023, "Họp dân từ 25 giờ.", "date.hour", "25 giờ"),
    (Y2023, "Họp dân ngày 08/8/2023 (thứ Bảy).", "date.weekday", "08/8/2023 (thứ Bảy"),
    (Y2023, "Cần 1.260 lao động, trong đó 950 lao động phổ thông và 320 lao động lành nghề.", "count.sum", "1.260"),
    (Y2023, "Mức lương từ 14 đến 7 triệu đồng.", "count.span", "từ 14 đến 7 triệu"),
    (Y2023, "Mỗi hộ nộp 28.00 đồng.", "count.digits", "28.00"),
    (Y2023, "Liên hệ trưởng thôn (nhờ c Hoa sửa lại).", "note.staff", "nhờ c Hoa sửa lại"),
    (Y2026, "Gửi về Phòng Tài nguyên và Môi trường huyện trước ngày 24 tháng 11.", "law.district-ended", "huyện"),
    (Y2023, "Họp dân thứ Hai, ngày 08/8/2023.", "date.weekday", "thứ Hai, ngày 08/8/2023"),
    (Y2023, "Ông A, số CCCD 045203004567.", "personal.id", "045203004567"),
    (Y2023, "Gọi 0912 345 678 để hỏi.", "personal.mobile", "0912 345 678"),
    # slips that leave a real word
    (Y2026, "Đồng chí Phó chỉ tịch UBND xã phát biểu.", "spelling.context", "chỉ tịch"),
    (Y2026, "Bệnh nhân được đưa đến bệnh viên đa khoa.", "spelling.context", "bệnh viên"),
    (Y2026, "Cơn bão gây thiệt hạn nặng về người và tài sản.", "spelling.context", "thiệt hạn"),
    (Y2026, "Đề nghị các hộ giao đình tham gia.", "spelling.context", "giao đình"),
    (Y2026, "Các cơ quan, đơn vi trên địa ban xã.", "spelling.context", "đơn vi"),
    (Y2026, "Phòng chông cháy nổ mùa khô.", "spelling.context", "Phòng chông"),
    (Y2026, "Họp dân ngày 15 thằng 11 tại nhà văn hóa.", "spelling.context", "thằng"),
    # contradictions inside one text
    (Y2026, "Thi từ 8h30 đến 7h00 ngày 26/10/2026.", "time.span", "từ 8h30 đến 7h00"),
    (Y2026, "Khám từ ngày 15/9 đến ngày 10/9/2026.", "date.span", "từ ngày 15/9 đến ngày 10/9/2026"),
    (Y2026, "Kỳ thi ngày 26/10/2026.\nThí sinh có mặt lúc 7 giờ ngày 26/10/2025.", "date.two-years", "26/10/2025"),
    (
        Y2026,
        "Hà Nội, ngày 10 tháng 12 năm 2025\nCăn cứ Quyết định số 123/QĐ-UBND ngày 23/12/2025 của UBND xã.",
        "date.after-text",
        "23/12/2025",
    ),
    (Y2026, "Xã đạt 17/19 tiêu chí nông thôn mới, đạt 80%.", "count.rate", "17/19"),
    (Y2026, "Có 120 hộ, gồm 45 hộ nghèo, 60 hộ cận nghèo và 20 hộ khác.", "count.sum", "120"),
    (Y2026, "Họp lúc 7 giờ thứ Năm, 20/11.", "date.weekday", "thứ Năm, 20/11"),
    # orders turned round
    (Y2026, "Bà con không được không sơ tán.", "order.double-negative", "không được không"),
    (Y2026, "Cấm không được đổ rác ra đường.", "order.double-negative", "Cấm không được"),
    (Y2026, "Bà con không được sơ tán trước 17 giờ.", "order.turned", "không được sơ tán"),
    (Y2026, "Khi ra khỏi nhà, đừng khóa van bình gas.", "order.turned", "đừng khóa van"),
    (Y2026, "Bà con hãy lội qua suối để về nhà.", "order.turned", "lội qua"),
    (Y2026, "Người dân không sơ tán khi nước dâng.", "order.turned", "không sơ tán"),
    (Y2026, "Đề nghị các hộ dân không chấp hành lệnh sơ tán.", "order.turned", "không chấp hành lệnh"),
    (Y2026, "Không được tuân thủ hướng dẫn của công an.", "order.turned", "Không được tuân thủ"),
    (Y2026, "Yêu cầu tàu thuyền ra khơi khi có bão.", "order.turned", "ra khơi"),
    (Y2026, "Người dân không nên ngắt cầu dao điện khi nước vào nhà.", "order.turned", "không nên ngắt"),
    # sums
    (Y2026, "Tổng số 35 đại biểu, gồm 20 nam và 16 nữ.", "count.sum", "35 đại"),
    (Y2026, "Xã có 1.250 hộ, trong đó hộ nghèo 150, hộ cận nghèo 200, hộ khác 850.", "count.sum", "1.250 hộ"),
    (Y2026, "Chi 120 triệu đồng, trong đó xã 80 triệu đồng, dân góp 50 triệu đồng.", "count.sum", "120 triệu đồng"),
    (Y2026, "Thôn có 245 hộ với 3 tổ: tổ 1 có 80 hộ, tổ 2 có 90 hộ, tổ 3 có 85 hộ.", "count.sum", "245 hộ"),
    (Y2026, "Trao 350 suất quà, mỗi suất 500.000 đồng, tổng trị giá 165 triệu đồng.", "count.sum", "165 triệu đồng"),
    (Y2026, "Có 322 công dân, kiểm tra 156 hộ, phát hiện 311 hộ có lăng quăng.", "count.sum", "156 hộ"),
    # numbers that are lost, left open, or do not count what follows
    (Y2026, "Phạt tiền đến tỷ đồng, tịch thu tàu.", "number.missing", "đến tỷ đồng"),
    (Y2026, "Cúp điện từ giờ 30 phút đến 11 giờ 30 phút.", "number.missing", "từ giờ"),
    (Y2026, "Báo trưởng thôn trước ngày …/12/2026.", "leftover.blank", "ngày …/12"),
    (Y2026, "Rác phân thành bốn loại: tái chế, thực phẩm và còn lại.", "count.items", "bốn loại"),
    (Y2026, "Gia đình cần làm ba việc:\n1. Đậy chum.\n2. Ngủ màn.", "count.items", "ba việc"),
    (Y2026, "Ôn lại truyền thống 59 năm của Mặt trận (18/11/1930 - 18/11/2025).", "count.years", "59 năm"),
    (Y2026, "Báo cháy gọi số 0114 cả ngày đêm.", "phone.form", "0114"),
    (Y2026, "Điện thoại 04 3386 6123.", "phone.form", "04 3386 6123"),
    (Y2026, "Gọi ông Tư, số 09o3.12345.", "phone.form", "09o3.12345"),
    (Y2026, "Tra lịch tại www.cskh@evn.com.vn.", "address.malformed", "www.cskh@evn.com.vn"),
    (Y2026, "Theo Quyết định số 67/QĐ-UBMD của xã.", "law.number", "67/QĐ-UBMD"),
    (Y2026, "Theo Nghị quyết số 199/2025/QH51.", "law.number", "199/2025/QH51"),
    (Y2026, "Đề nghị bà con nghe dự báo, dự trữ nước uống ít nhất bảy ngày và vớt củi khi lũ lên.", "order.turned", "vớt củi"),
    (Y2026, "Hộ nào chấp hành tiêm phòng sẽ bị xử lý.", "order.turned", "Hộ nào chấp hành"),
    (Y2026, "Cúp điện từ 17 giờ 00 đến 7 giờ 00, thứ năm, ngày 10/12/2026.", "time.span", "17 giờ"),
    (Y2026, "Báo cán bộ y tế y tế biết.", "spelling.twice", "y tế y tế"),
    (Y2026, "Chuyển khoản thì ghi rõ rõ họ tên.", "spelling.twice", "rõ rõ"),
    (Y2026, "Ủy ban Mặt trận Tổ Quốc Việt Nam xã vận động.", "spelling.capitals", "Tổ Quốc"),
    (Y2026, "Bà con gia xúc, gia cầm nuôi nhốt.", "spelling.confused", "gia xúc"),
    (Y2026, "Ban tổ chức bố chí hai điểm giữ xe miễn phí.", "spelling.context", "bố chí"),
    # numbers of one text that contradict each other
    (Y2026, "Gồm 45 đoàn viên, 30 hội viên phụ nữ và 25 cựu chiến binh, tổng cộng 110 người.", "count.sum", "110 người"),
    (Y2026, "Bón từ 7 đến 10 ngày sau sạ, mỗi sào 4 kg urê và 3 kg kali, tổng cộng 8 kg.", "count.sum", "8 kg"),
    (Y2026, "Có 40 thanh niên, trong đó đạt 32 người, không đạt 9 người.", "count.sum", "40 thanh"),
    (Y2026, "Mức thu 25.000 đồng mỗi hộ một tháng, cả quý là 85.000 đồng.", "count.sum", "85.000 đồng"),
    (Y2026, "Hằng tháng đóng 50.000 đồng, một năm là 500.000 đồng.", "count.sum", "500.000 đồng"),
    (Y2026, "Lễ hội trong 3 ngày, từ ngày 10 đến ngày 13 tháng Giêng.", "count.days", "3 ngày"),
    (Y2026, "Khám trong hai ngày 10, 11 và 12/12/2026.", "count.days", "hai ngày"),
    (Y2026, "Bão mạnh cấp 11, giật cấp 9.", "number.backwards", "cấp 11, giật cấp 9"),
    (Y2026, "Nhiệt độ từ 25 đến 19 độ; công dân sinh từ năm 2009 đến năm 2000.", "number.backwards", "2009"),
    (Y2026, "Trận đấu gồm 2 hiệp, mỗi hiệp 25 phút, tổng thời gian 40 phút.", "count.sum", "40"),
    (Y2026, "Có 8 đội chia làm 2 bảng, mỗi bảng 5 đội.", "count.sum", "8"),
    (Y2026, "Thôn thu được 48 triệu đồng, đã chi 31 triệu, còn lại 27 triệu đồng.", "count.sum", "48 triệu"),
    (Y2026, "Có 7.250 người tham gia trên tổng số 7.100 dân.", "count.sum", "7.250"),
    (Y2026, "Người dân nên sử dụng thịt chưa qua kiểm dịch.", "order.turned", "sử dụng thịt"),
    (Y2026, "Họp tối thứ Bẩy tuần này.", "spelling.confused", "thứ Bẩy"),
    (Y2026, "Có 45/40 hộ tham gia.", "count.sum", "45/40"),
    (Y2026, "Thôn có 200 hộ với 150 nhân khẩu.", "count.sum", "200 hộ"),
    (Y2026, "Cụ Y Bl, 45 tuổi (sinh năm 1990).", "count.years", "45 tuổi"),
    (Y2026, "Giá 100.000 đồng, giảm 20% còn 70.000 đồng.", "count.rate", "70.000"),
    (Y2026, "Sáng ngày 05/12, lúc 14 giờ, xã họp.", "time.part", "14 giờ"),
    (Y2026, "Họp lúc 9 giờ chiều mai.", "time.part", "9 giờ chiều"),
    (Y2026, "Các hộ ở vùng trũng, ven sông phải không sơ tán trước 17 giờ.", "order.turned", "không sơ tán"),
    (Y2026, "Đề nghị bà con không nộp hồ sơ đúng hạn.", "order.turned", "không nộp"),
    (
        Y2026,
        "Căn cứ Công văn số 145/UBND-VP ngày 20/11/2026;\nỦy ban xây dựng kế hoạch số 98/KH-UBND ngày 16/11/2026.",
        "date.after-text",
        "16/11/2026",
    ),
    (
        Y2026,
        "Thời gian: 6 giờ, ngày 21/12/2026.\nCác thôn báo cáo kết quả về xã trước 11 giờ ngày 20/12/2026.",
        "date.before-event",
        "20/12/2026",
    ),
    (Y2026, "Dự họp có Phó Chỉ tịch xã.", "spelling.context", "Chỉ tịch"),
    # days
    (Y2026, "Họp ngày 12 tháng 11 năm 2026, thứ Sáu.", "date.weekday", "thứ Sáu"),
    (Y2026, "Lịch tiêm: Thứ Tư ngày 12 tháng 11.", "date.weekday", "Thứ Tư ngày 12 tháng 11"),
    (
        Y2026,
        "Kế hoạch số 12/KH-UBND ngày 10/12/2025 thực hiện Quyết định số 300/QĐ-UBND ngày 23/12/2025.",
        "date.after-text",
        "23/12/2025",
    ),
    (Y2026, "Số: 12/KH-UBND  Thuận Lợi, ngày 10/12/2025\nCăn cứ Kế hoạch số 45/KH-UBND ngày 23/12/2025;", "date.after-text", "23"),
    # people
    (Y2026, "Hộ nghèo thôn 5 có hộ ông Lò Văn Páo, hộ bà Giàng Thị Mỷ.", "personal.sensitive", "Lò Văn Páo"),
    (Y2026, "Hộ nghèo\nSTT | Họ và tên\n1 | Lò Văn Páo\n2 | Giàng Thị Mỷ", "personal.sensitive", "Giàng Thị Mỷ"),
    (
        Y2026,
        "Ông Nguyễn Văn Hùng, sinh năm 1985, thôn Đông, thuộc hộ nghèo, đang điều trị HIV.",
        "personal.sensitive",
        "Nguyễn Văn Hùng",
    ),
    (Y2026, "Danh sách hộ nghèo gồm: ông Lò Văn Páo, bà Giàng Thị Mỷ.", "personal.sensitive", "Lò Văn Páo"),
    (Y2026, "Các hộ nghèo của thôn như sau:\n- Lò Văn Páo\n- Giàng Thị Mỷ", "personal.sensitive", "Giàng Thị Mỷ"),
    (Y2026, "Em Lê Thị Lan, học sinh lớp 5A Trường Tiểu học Kim Đồng, bị nạn.", "personal.child", "Lê Thị Lan"),
    (Y2026, "Bà Hoàng Thị Mai, sinh năm 1960, trú tại thôn 3, được mời.", "personal.sensitive", "Hoàng Thị Mai"),
    # what ended
    (Y2026, "Bà con mang sổ hộ khẩu đến trụ sở.", "law.body-ended", "sổ hộ khẩu"),
    (Y2026, "Sở LĐ-TB&XH phối hợp tập huấn cho bà con.", "law.body-ended", "Sở LĐ-TB&XH"),
    (Y2026, "UBND tỉnh Hà Nam thông báo lịch thi.", "law.province-ended", "tỉnh Hà Nam"),
]  # fmt: skip

LET_PASS = [
    (Y2023, "Trước ngày 15/8/2022, dịch vụ công được chia thành bốn mức độ; mức độ 4 là cao nhất."),
    (Y2023, "Bà con nên có tài khoản định danh điện tử mức độ 2 để dùng dịch vụ công."),
    (Y2023, "Cảnh báo rủi ro thiên tai cấp độ 3."),
    (Y2023, "Mức 3 triệu đồng mỗi hộ."),
    (Y2026, "Nay không còn cấp huyện, hồ sơ nộp tại xã."),
    (Y2026, "Xã Bến Hải gồm các xã thuộc huyện Gio Linh cũ."),
    (Y2026, "Các cổng dịch vụ công của tỉnh đã dừng hoạt động."),
    (Y2026, "Phiên chợ Huyện họp sáng Chủ nhật."),
    (Y2026, "Đăng ký tài khoản định danh điện tử để vào Cổng Dịch vụ công quốc gia."),
    (Y2026, "Nghị định số 118/2025/NĐ-CP thay thế Nghị định số 61/2018/NĐ-CP."),
    (Y2023, "Vào https://dichvucong.quangtri.gov.vn/ hoặc trungson.giolinh.quangtri.gov.vn."),
    (Y2023, "Xem baochinhphu.vn, chinhphu.vn và dichvucong.bocongan.gov.vn."),
    (Y2023, "Trang giả mạo dichvucong-gov.vn lừa người dân."),
    (Y2023, "Người ta nói dần dần, từ từ, người người, nhà nhà đều biết."),
    (Y2023, "Mật khẩu chỉ một mình mình biết; đọc số chín chín hai hai."),
    (Y2023, "Bà con chia sẻ, thả chim sẻ, nói ngắn gọn vắn tắt, củng cố nền nếp."),
    (Y2023, "Gió hướng Tây Tây Bắc; các đại biểu biểu quyết; lời nhắc nhỏ; bà con đổi sổ."),
    (Y2023, "Nộp trong 48 giờ; trực từ 22 giờ đến 4 giờ; ngày 29 tháng 2 trời mưa."),
    (Y2023, "Giá 28.000 đồng, 1.250.000 đ; cần 15kg, 3m, 25oC; mức từ 7 đến 14 triệu đồng."),
    (Y2023, "Tuyển 100 lao động, trong đó 60 lao động nữ, 30 lao động nam và 10 lao động học việc."),
    (Y2026, "Trước ngày 01 tháng 7 năm 2025, hồ sơ nộp tại huyện."),
    (Y2023, "Quý vị hát «Bài ca Tháng Giêng»; cà phê Buôn Đôn; ông Păng, bà Ksor H’Bơ."),
    (Y2023, "Gặp trực tiếp nhân viên trạm y tế."),
    (Y2023, "Các ông, bà: Nguyễn Thị Hoài Thương, A Lưới, Krông Pắk, Đắk Glong."),
    (Y2023, "Ông D., bà T.T.L. và cháu M.A. đã đến, v.v..."),
    (Y2023, "TP.HCM, Q.1, P.Bến Nghé; PCT.UBND xã; 7h30, 1.250.000 đồng; 2,5 kg; 50/2021/TT-BYT."),
    (Y2023, "Các xã: a) Trung Sơn; b) Trung Hải;\nc) Trung Giang."),
    (Y2023, "Căn cứ Luật Bảo hiểm y tế;\nTheo đề nghị của Trạm Y tế,\nQUYẾT ĐỊNH:\nĐiều 1. Thành lập tổ công tác."),
    (Y2023, "Uỷ ban, Ủy ban, thuỷ lợi, thủy lợi, hoà giải, hòa giải, qui định, kĩ thuật."),
    (Y2023, "Trước đây, ngày 30/6/2023, xã đã họp và đến hết ngày 30/6/2023 đã xong."),
    (Y2023, "Tổng đài 1900 1909, 18001096, (0233) 3825119."),
    (Y2021, "Xã có 113 thủ tục, trong đó 60 dịch vụ mức độ 3 và 53 dịch vụ mức độ 4."),
    (Y2021, "Có 60 dịch vụ công mức độ 3 và 53 dịch vụ công mức độ 4."),
    (Y2026, "Trực từ 22h đến 5h sáng hôm sau; làm việc từ 7h30 đến 11h30; nghỉ từ 28/12 đến 3/1."),
    (Y2026, "Ngày 25/11, từ 8h đến 7h ngày 26/11, thôn mất điện."),
    (Y2026, "Nếu không khóa van bình gas, nguy cơ cháy rất lớn; hộ không di dời sẽ bị xử phạt."),
    (Y2026, "Ông Trần Văn Bình, Chủ tịch UBND xã, trao quà cho hộ nghèo."),
    (Y2026, "Cụ Nguyễn Thị Sáu, sinh năm 1930, thôn 4, từ trần ngày 20/11."),
    (Y2026, "Xã có 9/10 thôn đạt chuẩn, chiếm 90%."),
    (Y2026, "Đài truyền thanh xã phát 2 lần/ngày vào buổi sáng và buổi chiều."),
    (Y2026, "Giao đồng chí Nguyễn Văn An phụ trách địa bàn thôn 1, thôn 2."),
    (Y2026, "Tuyên truyền qua nhiều kênh (phát thanh, truyền hình, báo in) theo văn bản chỉ đạo của cấp trên."),
    (Y2026, "Gặp thú y viên xã Hạ Bằng"),
    (Y2026, "Xưởng may gia công xuất khẩu cần thợ."),
    (Y2026, "Diện tích 5 km², mỗi hộ 120 m²."),
    (Y2026, "Theo Nghị quyết số 35/NQ-HĐND về sắp xếp đơn vị hành chính cấp huyện, xã triển khai như sau."),
    (Y2026, "Năm 2021, UBND huyện Gio Linh trao 20 suất quà."),
    (Y2026, "Ông sinh ra tại tỉnh Hà Nam, nay tròn 80 tuổi."),
    (Y2026, "Những điều cử tri cần\nNgày bầu cử là ngày hội của toàn dân, mỗi cử tri hãy đi bầu đúng giờ, đúng nơi."),
    (Y2026, "Người không được tiêm phòng dễ mắc bệnh; nhiều nhà không di dời kịp; ai không chấp hành lệnh sẽ bị phạt."),
    (Y2026, "Đồng chí nguyên là Bí thư, nguyên Chủ tịch Hội đồng nhân dân huyện."),
    (
        Y2026,
        "Xã có 12 thôn, trong đó 450 hộ nghèo, 320 hộ cận nghèo; 100 đảng viên, trong đó 40 nữ, 25 người cao tuổi.",
    ),
    (Y2026, "Trao 350 suất quà, mỗi suất 500.000 đồng, tổng trị giá 175 triệu đồng."),
    (Y2026, "Nộp sau 48 giờ; gây thiệt hại hàng tỷ đồng, hơn 2 tỷ đồng; trực từ 22 giờ đến 5 giờ; đêm 30 Tết."),
    (Y2026, "Rác phân thành ba loại: tái chế, thực phẩm và còn lại. Có năm việc cần nhớ: xem bảng tin ở thôn."),
    (Y2026, "Gọi 114, 0233 3825 119, 1900 1909, 18001096, (028) 3829 7179 hoặc 1022."),
    (Y2026, "Theo Quyết định số 67/QĐ-UBND, Nghị quyết số 199/2025/QH15, Kế hoạch số 5/KH-BCĐ, Công văn số 12/CV-ĐU."),
    (Y2026, "Đề nghị bà con không chủ quan, lơ là, không vớt củi; xử lý hộ thả rông chó; hộ không chấp hành bị phạt."),
    (Y2026, "Tránh đến gần dây dẫn trong suốt thời gian trên."),
    (
        Y2026,
        "Họp vào thứ Sáu hàng tuần; hằng tháng; xử lí; tạm ngưng cấp nước; gió tây tây bắc; phương tiện dự bị bị hư.",
    ),
    (Y2026, "Thường trực Hội đồng nhân dân, Ủy ban nhân dân, Ủy ban Mặt trận Tổ quốc Việt Nam xã."),
    (Y2026, "Tối 5/12, lúc 19 giờ; sáng 6/12, từ 7 giờ; 3 giờ chiều; nhiệt độ giảm từ 25 xuống, từ 19 đến 25 độ."),
    (
        Y2026,
        "Trong 4 ngày, từ ngày 10 đến ngày 13/12; gồm 5 nam và 4 nữ, tổng cộng 9 người; mỗi hộ 5 triệu, tổng 15 triệu.",
    ),
    (
        Y2026,
        "Thôn Trung họp, thôn Trung tổ chức; 8 đội chia làm 2 bảng, mỗi bảng 4 đội; thu 48 triệu, chi 31 triệu, còn 17 triệu.",
    ),
    (Y2026, "Xã có 120 hộ với 450 nhân khẩu; 38/40 hộ ký cam kết; cụ 96 tuổi (sinh năm 1930)."),
    (Y2026, "Không phải không có cách phòng tránh; bà con không thể không lo."),
    (
        Y2026,
        "1. Tuyên truyền\n- Đơn vị chủ trì: Phòng Văn hóa - Xã hội của xã.\n2. Cổ động\n"
        "- Đơn vị chủ trì: Phòng Văn hóa - Xã hội của xã.",
    ),
]


@pytest.mark.parametrize(("day", "text", "code", "quote"), TOLD, ids=lambda value: str(value)[:30])
def test_a_rule_tells(day: date, text: str, code: str, quote: str) -> None:
    found = review(text, day)
    assert any(f.code == code and quote in (f.quote or "") for f in found), [(f.code, f.quote) for f in found]


@pytest.mark.parametrize(("day", "text"), LET_PASS, ids=lambda value: str(value)[:30])
def test_a_rule_lets_pass(day: date, text: str) -> None:
    assert [(f.code, f.quote) for f in review(text, day) if f.code not in ("word.foreign", "sentence.no-stop")] == []


def test_two_schemes_are_told_once_at_the_one_that_is_out_of_force() -> None:
    text = "Dịch vụ công có hai loại: toàn trình và một phần.\nBà con dùng dịch vụ công mức độ 4."
    found = [f for f in review(text, Y2023) if f.code == "law.two-schemes"]
    assert [(f.line, f.quote) for f in found] == [(2, "mức độ 4")]


def test_nearly_the_same_sentence_is_told() -> None:
    first = "Người dân có thể nộp hồ sơ tại nhà và nhận kết quả tại nơi mình đăng ký."
    text = f"{first}\nMột câu khác hẳn ở giữa.\n{first.replace('nơi mình', 'nơi đã')}"
    assert [(f.line, f.code) for f in review(text, Y2023)] == [(3, "sentence.alike")]


def test_an_empty_part_of_an_article_is_told() -> None:
    text = "# Tên\n\n## Một\n\nCó chữ.\n\n## Hai\n\n## Ba\n\nCó chữ.\n\n## Bốn\n"
    assert [(f.line, f.code) for f in review(text, Y2023, shape="markdown")] == [
        (7, "article.part-empty"),
        (13, "article.part-empty"),
    ]


def test_a_paragraph_cut_into_lines_is_read_as_one() -> None:
    text = (
        "Việc này giúp người dân tiết kiệm thời gian, chi phí đi lại, công khai, minh\nmạch và thuận tiện hơn trước.\n"
    )
    assert {f.code for f in review(text, Y2023)} == {"layout.hard-wrap", "spelling.confused"}


def test_a_finding_about_a_person_names_the_law_of_the_day() -> None:
    text = "Bà Hoàng Thị Mai nhiễm HIV. Em Lê Thị Lan, học sinh lớp 5A Trường Tiểu học Kim Đồng, bị nạn."
    assert ["91/2025/QH15" in f.fix for f in review(text, Y2026) if f.code.startswith("personal.")] == [True, True]
    assert ["91/2025/QH15" in f.fix for f in review(text, Y2023) if f.code.startswith("personal.")] == [False, False]


def test_an_office_of_another_commune_within_the_own_text_is_a_doubt() -> None:
    text = "UBND xã Hưng Thịnh thông báo.\nBà con xã Hưng Thịnh lưu ý.\nCông an xã Thuận Lợi trực cả đêm."
    for unit in (None, Unit(name="Hưng Thịnh", kind="xã", province="Đồng Nai")):
        found = [(f.line, f.severity.name) for f in review(text, Y2026, unit=unit) if f.code == "place.other"]
        assert found == [(3, "WARNING")]
    together = text.replace("Công an xã", "Công an phối hợp với Công an xã")
    assert "place.other" not in {f.code for f in review(together, Y2026)}


def test_a_text_of_an_earlier_time_is_judged_by_its_own_time() -> None:
    """A plan of last year is no fault in all its deadlines; told once, as a doubt."""
    text = "Thời gian: đến hết ngày 15/3/2026.\nNộp danh sách chậm nhất ngày 20/3/2026."
    assert [(f.line, f.severity.name) for f in review(text, Y2026)] == [(1, "INFO")]
    assert review(f"Thuận Lợi, ngày 10 tháng 2 năm 2026\n{text}", Y2026) == []
    living = review(f"{text}\nHọp lại vào ngày 20/11/2026.", Y2026)
    assert [(f.line, f.severity.name) for f in living] == [(1, "ERROR"), (2, "ERROR")]
    weekday = "Họp thứ Năm, 12/11. Lịch năm 2025 không đổi."
    assert review(weekday, Y2026) == []
    assert review("Họp thứ Tư, 12/11. Lịch năm 2025 không đổi.", Y2026) == []


def test_a_notice_of_another_commune_is_told_only_where_the_commune_is_known() -> None:
    text = "UBND phường Hương Xuân thông báo lịch cắt điện.\nBà con phường Hương Xuân lưu ý."
    unit = Unit(name="Thuận Lợi", kind="xã", province="Đồng Nai")
    found = [(f.line, f.code, f.quote) for f in review(text, Y2026, unit=unit) if f.code == "place.other"]
    assert found == [(1, "place.other", "UBND phường Hương Xuân")]
    assert "place.other" not in {f.code for f in review(text, Y2026)}
    named = "Phường Hương Xuân mở chợ phiên.\nBà con phường Hương Xuân đến đông."
    found = [(f.line, f.severity.name) for f in review(named, Y2026, unit=unit) if f.code == "place.other"]
    assert found == [(1, "WARNING")]
    assert review("Chủ tịch UBND xã Nguyễn Văn An tặng quà.", Y2026, unit=unit) == []  # a person's name
    own = f"{text}\nUBND xã Thuận Lợi phối hợp."
    assert "place.other" not in {f.code for f in review(own, Y2026, unit=unit)}
