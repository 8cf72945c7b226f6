"""Small files of every kind, as bytes."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 32
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
TEXT = "4月16日 9時3分に通知が来ました。\n".encode()
CSV_CP932 = "約定日,銘柄,数量\n2025/04/16,デザインワン,200000\n".encode("cp932")
MAIL = b"Received: from x.example\r\nFrom: a@x.example\r\nSubject: hello\r\n\r\nhello\r\n"
EXE = b"MZ\x90\x00" + b"\x00" * 64


def workbook(*, macros: bool = False) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        if macros:
            archive.writestr("xl/vbaProject.bin", "x")
    return content.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
