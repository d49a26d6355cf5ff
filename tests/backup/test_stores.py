"""The two kinds of places, sealed and not: what goes in comes out, and no changed byte passes for the real one."""

from __future__ import annotations

import hashlib
import os
import random
import stat
import tarfile
from pathlib import Path

import pytest

from saishang.backup.errors import BackupDamaged, BackupError, PassphraseWrong
from saishang.backup.manifest import Manifest, Part, opened_envelope
from saishang.backup.reading import verify
from saishang.backup.sealing import CHUNK, chunks_of, new_key, opened_key, seal, sealed_size, unseal
from saishang.backup.stores import FolderWriter, open_reader, open_writer

WORD = "correct horse battery staple"
#: Sizes around the piece in which parts are sealed.
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7)


def bytes_of(number: int, size: int) -> bytes:
    return random.Random(number).randbytes(size)


def made(target: Path, word: str | None, sizes: tuple[int, ...] = SIZES) -> Path:
    """A backup of random parts with a list that names them."""
    writer = open_writer(target, word)
    try:
        parts = []
        for number, size in enumerate(sizes):
            at, sha256 = writer.put(iter([bytes_of(number, size)]), size, str(number))
            assert sha256 == hashlib.sha256(bytes_of(number, size)).hexdigest()
            parts.append(Part(f"archive/{number}", size, sha256, at, 0))
        manifest = Manifest(
            name="20260101T000000Z", made_at="2026-01-01", code="0", server="18", program=18, migrations=[], tables={},
            log_entries=0, log_sequence=0, log_hash="", lake_version=None, settings={}, faults=[], parts=parts,
        )  # fmt: skip
        return writer.finish(manifest.name, manifest.to_bytes())
    finally:
        writer.close()


@pytest.mark.parametrize("word", [None, WORD])
@pytest.mark.parametrize("name", ["folder", "one.saishang", "one.tar"])
def test_what_goes_in_comes_out(tmp_path: Path, name: str, word: str | None) -> None:
    place = made(tmp_path / name, word)
    reader = open_reader(tmp_path / name, word)
    for number, part in enumerate(verify(tmp_path / name, passphrase=word).manifest.parts):
        assert b"".join(reader.part(part.at)) == bytes_of(number, SIZES[number])
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert not [path for path in tmp_path.rglob("*") if "making" in path.name]
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert (bytes_of(3, CHUNK)[1000:1100] in everything) == (word is None)  # nothing readable in a sealed one


def test_a_file_is_a_plain_tar(tmp_path: Path) -> None:
    place = made(tmp_path / "one.saishang", None, (5, 6))
    with tarfile.open(place) as tar:
        assert tar.getnames() == ["saishang-backup.json", "parts/00000001", "parts/00000002", "manifest"]
        member = tar.extractfile("parts/00000002")
        assert member is not None and member.read() == bytes_of(1, 6)


@pytest.mark.parametrize("size", SIZES)
def test_sizes_of_sealed_parts(size: int) -> None:
    key = new_key(WORD)
    sealed = b"".join(seal([bytes_of(0, size)], key))
    # By hand: 4 bytes of mark, 16 of salt, and 16 of tag for every begun mebibyte (one where there is none).
    assert len(sealed) == sealed_size(size) == 20 + size + 16 * (1, 1, 1, 1, 2, 2, 3)[SIZES.index(size)]


def test_pieces_of_a_sealed_part_cannot_be_exchanged_dropped_or_repeated(tmp_path: Path) -> None:
    key = new_key(WORD)
    sealed = b"".join(seal([bytes_of(0, 3 * CHUNK)], key))
    step = CHUNK + 16
    head, pieces = sealed[:20], [sealed[20 + i * step : 20 + (i + 1) * step] for i in range(3)]
    path = tmp_path / "part"
    for order in ([1, 0, 2], [0, 1], [0, 2], [0, 1, 2, 2], [2], []):
        path.write_bytes(head + b"".join(pieces[i] for i in order))
        with path.open("rb") as source, pytest.raises(BackupDamaged):
            list(unseal(source, key, "part"))
    path.write_bytes(sealed)
    with path.open("rb") as source:
        assert b"".join(unseal(source, opened_key(WORD, key.told, ""), "part")) == bytes_of(0, 3 * CHUNK)


@pytest.mark.parametrize("word", [None, WORD])
@pytest.mark.parametrize("name", ["folder", "one.saishang"])
def test_no_changed_byte_passes(tmp_path: Path, name: str, word: str | None) -> None:
    sizes = (700, 0, 3000)
    made(tmp_path / name, word, sizes)
    files = [p for p in (tmp_path / name).rglob("*") if p.is_file()] if name == "folder" else [tmp_path / name]
    tried = 0
    most = 4 if word and name == "folder" else 12  # every look at a sealed one costs a quarter of a second
    for path in files:
        whole = path.read_bytes()
        content = range(len(whole))
        if name != "folder":  # what tar fills its blocks with says nothing
            with tarfile.open(path) as tar:
                content = [i for m in tar for i in range(m.offset_data, m.offset_data + m.size)]
        for position in random.Random(7).sample(list(content), min(most, len(content))):
            tried += 1
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
            try:
                faults = verify(tmp_path / name, passphrase=word).faults
            except BackupError as error:
                faults = (error.message,)
            assert faults, (path.name, position)
        path.write_bytes(whole)
    assert tried >= 12 and not verify(tmp_path / name, passphrase=word).faults


@pytest.mark.parametrize("word", [None, WORD])
def test_no_file_that_was_cut_off_passes(tmp_path: Path, word: str | None) -> None:
    path = made(tmp_path / "one.saishang", word, (5000, 300))
    whole = path.read_bytes()
    with tarfile.open(path) as tar:
        last = tar.getmember("manifest")
        end = last.offset_data + last.size
    for length in (0, 1, 511, 512, 700, 4000, len(whole) // 2, last.offset_data - 1, last.offset_data, end - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(BackupError) as caught:
            verify(path, passphrase=word)
        assert caught.value.fix and caught.value.where and str(path) in caught.value.where
    path.write_bytes(whole[:end])  # only what tar fills up with is gone
    assert not verify(path, passphrase=word).faults


def test_a_part_that_is_gone_or_short_is_named(tmp_path: Path) -> None:
    made(tmp_path / "folder", None)
    parts = verify(tmp_path / "folder").manifest.parts
    (tmp_path / "folder" / parts[3].at).unlink()
    short = tmp_path / "folder" / parts[5].at
    os.truncate(short, 100)
    faults = verify(tmp_path / "folder").faults
    assert [fault.split(":")[0] for fault in faults] == ["archive/3", "archive/5"]
    assert f"expected {SIZES[5]} bytes" in faults[1] and "the part has 100" in faults[1]


@pytest.mark.parametrize("name", ["folder", "one.saishang"])
def test_passphrases(tmp_path: Path, name: str) -> None:
    made(tmp_path / name, WORD, (10,))
    for word, told in ((None, "none was given"), (WORD + "r", "not the one"), (WORD.upper(), "not the one")):
        with pytest.raises(PassphraseWrong, match=told):
            verify(tmp_path / name, passphrase=word)
    made(tmp_path / f"plain-{name}", None, (10,))
    with pytest.raises(PassphraseWrong, match="not sealed"):
        verify(tmp_path / f"plain-{name}", passphrase=WORD)
    for short in ("", "x" * 11):
        with pytest.raises(PassphraseWrong, match=f"got {len(short)}"):
            open_writer(tmp_path / f"new-{name}", short)
    open_writer(tmp_path / f"new-{name}", "x" * 12).close()


def test_a_folder_goes_on_as_it_began(tmp_path: Path) -> None:
    made(tmp_path / "sealed", WORD, (10,))
    with pytest.raises(PassphraseWrong):
        open_writer(tmp_path / "sealed", None)
    with pytest.raises(PassphraseWrong):
        open_writer(tmp_path / "sealed", WORD + "2")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("x")
    with pytest.raises(BackupError, match="other things"):
        open_writer(tmp_path / "photos", None)
    writer = FolderWriter(tmp_path / "busy", None)
    with pytest.raises(BackupError, match="under way"):
        FolderWriter(tmp_path / "busy", None)
    writer.close()
    FolderWriter(tmp_path / "busy", None).close()
    with pytest.raises(BackupError, match="none in it"):
        open_reader(tmp_path / "busy", None)
    with pytest.raises(BackupError, match="no such backup"):
        verify(tmp_path / "busy" / "backups" / "x.manifest")


def test_a_file_is_never_written_over_and_what_is_not_finished_is_not_there(tmp_path: Path) -> None:
    path = made(tmp_path / "one.saishang", None, (10,))
    with pytest.raises(BackupError, match="a file already"):
        open_writer(path, None)
    writer = open_writer(tmp_path / "two.saishang", None)
    writer.put(iter([b"abc"]), 3, "x")
    writer.close()
    late = open_writer(tmp_path / "late.saishang", None)
    (tmp_path / "late.saishang").write_text("mine")
    with pytest.raises(BackupError, match="meanwhile"):
        late.finish("x", b"{}")
    late.close()
    assert (tmp_path / "late.saishang").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["late.saishang", "one.saishang"]


@pytest.mark.parametrize("word", [None, WORD])
@pytest.mark.parametrize("name", ["folder", "one.saishang"])
@pytest.mark.parametrize("came", [2, 4])
def test_a_file_that_changes_while_it_is_read_ends_the_backup(
    tmp_path: Path, name: str, word: str | None, came: int
) -> None:
    writer = open_writer(tmp_path / name, word)
    with pytest.raises(BackupError, match=f"expected 3 bytes, got {came}"):
        writer.put(iter([b"x" * came]), 3, "runs/x")
    writer.close()
    assert not [path for path in tmp_path.rglob("*") if "making" in path.name]


def test_a_list_of_a_newer_layout(tmp_path: Path) -> None:
    path = made(tmp_path / "folder", None, (1,))
    told = dict(opened_envelope(path.read_bytes(), ""))
    from saishang.backup.manifest import envelope

    path.write_bytes(envelope({**told, "format": 2, "code": "9.9"}))
    with pytest.raises(BackupError, match=r"layout 1 or older, got 2") as caught:
        verify(tmp_path / "folder")
    assert "9.9" in caught.value.fix


def test_streams_are_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes_of(0, 2 * CHUNK + 1))
    with path.open("rb") as source:
        assert [len(piece) for piece in chunks_of(source)] == [CHUNK, CHUNK, 1]
