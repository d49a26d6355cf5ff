"""Sealing the parts of a backup under a passphrase: nobody reads or changes one without it.

The key comes from the passphrase by scrypt (RFC 7914). Every part has a key of its own (HKDF over a random salt) and is
cut into pieces of a mebibyte, each sealed by AES-256-GCM under its number; the last piece is marked, so that a part
that lost its end, or whose pieces were exchanged, does not open. This is the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár (2015).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from saishang.backup.errors import BackupDamaged, PassphraseWrong

__all__ = ["CHUNK", "SHORTEST", "Key", "chunks_of", "new_key", "opened_key", "seal", "sealed_size", "unseal"]

#: Plain bytes of a piece.
CHUNK = 1 << 20
#: Characters that a passphrase must have at least: it stands alone between a thief of the file and every secret in it.
SHORTEST = 12
_MAGIC = b"SSB1"
_SALT = 16
_TAG = 16
#: Cost of a guess: 64 MiB and about a quarter of a second.
_COST = {"n": 1 << 16, "r": 8, "p": 1}


@dataclass(frozen=True)
class Key:
    """What was made of a passphrase."""

    secret: bytes
    told: dict[str, Any]

    def name(self, sha256: str) -> str:
        """Name of a part in a sealed backup: the same for the same content, and tells nobody what that is."""
        return hmac.new(self._derived(b"", b"name"), sha256.encode(), hashlib.sha256).hexdigest()

    def part(self, salt: bytes) -> AESGCM:
        """Cipher of one part."""
        return AESGCM(self._derived(salt, b"part"))

    def _derived(self, salt: bytes, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=salt or None, info=b"saishang backup " + purpose).derive(self.secret)

    @property
    def check(self) -> str:
        """Tells a wrong passphrase from a damaged part; says nothing about the key."""
        return self._derived(b"", b"check").hex()


def new_key(passphrase: str) -> Key:
    """A key for a new backup (Errors: PassphraseWrong when the passphrase is too short)."""
    if len(passphrase) < SHORTEST:
        raise PassphraseWrong(
            f"expected a passphrase of at least {SHORTEST} characters, got {len(passphrase)}",
            fix="choose a longer one, for example five random words, and keep it apart from the backups",
        )
    salt = os.urandom(_SALT)
    key = Key(_stretched(passphrase, salt, _COST), {})
    return Key(key.secret, {"kdf": "scrypt", **_COST, "salt": salt.hex(), "check": key.check})


def opened_key(passphrase: str, told: dict[str, Any], where: str) -> Key:
    """The key of a backup from what its head tells (Errors: PassphraseWrong)."""
    cost = {name: int(told[name]) for name in ("n", "r", "p")}
    key = Key(_stretched(passphrase, bytes.fromhex(told["salt"]), cost), told)
    if not hmac.compare_digest(key.check, str(told["check"])):
        raise PassphraseWrong(
            "the passphrase is not the one this backup was sealed with",
            fix="use the passphrase of the day on which it was made; without it the backup cannot be read by anybody",
            where=where,
        )
    return key


def _stretched(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    memory = 2 * 128 * cost["n"] * cost["r"]
    return hashlib.scrypt(passphrase.encode(), salt=salt, dklen=32, maxmem=memory, **cost)


def sealed_size(size: int) -> int:
    """Bytes of a sealed part that holds `size` plain ones."""
    return len(_MAGIC) + _SALT + size + _TAG * max(1, -(-size // CHUNK))


def chunks_of(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream, piece by piece."""
    while piece := source.read(CHUNK):
        yield piece


def _pieces(stream: Iterable[bytes], length: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of exactly `length` bytes, the last one shorter or equal; each with whether it is the last."""
    held = b""
    for more in stream:
        held += more
        while len(held) > length:
            yield held[:length], False
            held = held[length:]
    yield held, True


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def seal(stream: Iterable[bytes], key: Key) -> Iterator[bytes]:
    """The sealed form of a part."""
    salt = os.urandom(_SALT)
    cipher = key.part(salt)
    yield _MAGIC + salt
    for number, (piece, last) in enumerate(_pieces(stream, CHUNK)):
        yield cipher.encrypt(_nonce(number, last), piece, None)


def unseal(source: BinaryIO, key: Key, where: str) -> Iterator[bytes]:
    """The plain bytes of a sealed part (Errors: BackupDamaged)."""
    head = source.read(len(_MAGIC) + _SALT)
    if len(head) != len(_MAGIC) + _SALT or not head.startswith(_MAGIC):
        raise BackupDamaged("a sealed part does not begin as one", fix="use another backup", where=where)
    cipher = key.part(head[len(_MAGIC) :])
    for number, (piece, last) in enumerate(_pieces(chunks_of(source), CHUNK + _TAG)):
        try:
            yield cipher.decrypt(_nonce(number, last), piece, None)
        except InvalidTag:
            raise BackupDamaged(
                f"a sealed part was changed or cut off at about byte {number * (CHUNK + _TAG)}",
                fix="use another backup; copy this one again if it came over a network",
                where=where,
            ) from None
