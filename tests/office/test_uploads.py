from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopUpload
from django.test import RequestFactory

from shouwang.office.uploads import SealableUploadHandler


def test_a_large_upload_never_lies_in_a_temporary_folder(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    content = b"0123456789" * 800_000
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("large.csv", content)})
    upload = request.FILES["file"]
    assert upload.size == len(content)
    assert upload.read() == content
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size", "is_taken"), [(20, True), (21, False)])
def test_a_request_larger_than_any_file_we_take_is_cut_off(settings, size: int, is_taken: bool) -> None:  # type: ignore[no-untyped-def]
    settings.CSV_LIMIT_BYTES, settings.XLSX_LIMIT_BYTES = 10, 10
    handler = SealableUploadHandler()
    handler.new_file("file", "x.csv", "text/csv", None)
    if is_taken:
        handler.receive_data_chunk(b"x" * size, 0)
    else:
        with pytest.raises(StopUpload):
            handler.receive_data_chunk(b"x" * size, 0)
