"""Sealing of personal data: SM4-GCM with key version and row-bound context, blind index by HMAC-SM3.

The key ring lies outside the database and outside `var/`. A sealed value is `b"S1" + version (4 bytes) + nonce (12) +
ciphertext and tag`; its context (table and row) is authenticated, so that a value copied to another row does not open.
Standards: GB/T 32907 (SM4), GB/T 32905 (SM3), GB/T 15852.2 (HMAC).
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from shouwang.kit.errors import Refusal

MAGIC = b"S1"
NONCE_BYTES = 12
TAG_BYTES = 16
RING_FILE = "ring.json"


class CannotOpen(Refusal):
    """A sealed value does not open: wrong key, wrong row, or changed bytes."""

    def __init__(self) -> None:
        super().__init__("这条加密数据打不开：密钥不对，或者数据被改动过。请联系安全员。")


class KeyRingMissing(Refusal):
    """No key ring lies where the installation expects one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"密钥目录 {folder} 里没有密钥文件 {RING_FILE}。没有它，已加密的数据无法打开，程序不能启动。")


@dataclass(frozen=True)
class KeyRing:
    """The sealing keys by version and the one key of the blind index (which never rotates with them)."""

    keys: dict[int, bytes] = field(repr=False)
    blind_key: bytes = field(repr=False)

    @property
    def version(self) -> int:
        """The version that new values are sealed under."""
        return max(self.keys)

    def seal(self, text: str, *, context: str) -> bytes:
        """This function returns a text sealed for one context, e.g. `register_identifier:17`."""
        return self.seal_bytes(text.encode(), context=context)

    def open(self, blob: bytes | memoryview, *, context: str) -> str:
        """This function returns the text of a sealed value; raises CannotOpen."""
        return self.open_bytes(blob, context=context).decode()

    def seal_bytes(self, data: bytes, *, context: str) -> bytes:
        """This function returns bytes sealed for one context."""
        nonce = os.urandom(NONCE_BYTES)
        version = self.version.to_bytes(4, "big")
        encryptor = Cipher(algorithms.SM4(self.keys[self.version]), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(MAGIC + version + context.encode())
        sealed = encryptor.update(data) + encryptor.finalize()
        return MAGIC + version + nonce + sealed + encryptor.tag

    def open_bytes(self, blob: bytes | memoryview, *, context: str) -> bytes:
        """This function returns the bytes of a sealed value; raises CannotOpen."""
        blob = bytes(blob)
        head = len(MAGIC) + 4 + NONCE_BYTES
        if blob[:2] != MAGIC or len(blob) < head + TAG_BYTES:
            raise CannotOpen
        version, nonce = blob[2:6], blob[6:head]
        key = self.keys.get(int.from_bytes(version, "big"))
        if key is None:
            raise CannotOpen
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, blob[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(MAGIC + version + context.encode())
        try:
            return decryptor.update(blob[head:-TAG_BYTES]) + decryptor.finalize()
        except InvalidTag:
            raise CannotOpen from None

    def blind(self, kind: str, text: str) -> bytes:
        """This function returns the 32-byte blind index of a value of one kind, e.g. `resident_id`."""
        mac = hmac.HMAC(self.blind_key, hashes.SM3())
        mac.update(kind.encode() + b"\0" + text.encode())
        return mac.finalize()

    def with_new_key(self) -> KeyRing:
        """This function returns the ring with one more sealing key, which becomes the current one."""
        return KeyRing({**self.keys, self.version + 1: secrets.token_bytes(16)}, self.blind_key)

    def without(self, *versions: int) -> KeyRing:
        """This function returns the ring without retired versions; the current one stays."""
        kept = {
            version: key for version, key in self.keys.items() if version not in versions or version == self.version
        }
        return KeyRing(kept, self.blind_key)


def sealed_version(blob: bytes | memoryview) -> int:
    """This function returns the key version a value was sealed under."""
    return int.from_bytes(bytes(blob)[2:6], "big")


def ring_new() -> KeyRing:
    """This function returns a fresh ring with one sealing key."""
    return KeyRing({1: secrets.token_bytes(16)}, secrets.token_bytes(32))


def ring_write(ring: KeyRing, folder: Path) -> None:
    """This function writes the ring into a folder (0700, file 0600), whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = {"keys": {str(v): key.hex() for v, key in sorted(ring.keys.items())}, "blind": ring.blind_key.hex()}
    part = folder / (RING_FILE + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump(body, handle)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(folder / RING_FILE)


def ring_read(folder: Path) -> KeyRing:
    """This function reads the ring of a folder; raises KeyRingMissing."""
    path = folder / RING_FILE
    if not path.is_file():
        raise KeyRingMissing(folder)
    body = json.loads(path.read_text())
    return KeyRing({int(v): bytes.fromhex(key) for v, key in body["keys"].items()}, bytes.fromhex(body["blind"]))


_cached: dict[Path, tuple[int, KeyRing]] = {}


def keyring(folder: Path | None = None) -> KeyRing:
    """This function returns the installation's ring (`SHOUWANG_KEYS_DIR` or `./keys`), re-read when changed."""
    place = folder or Path(os.environ.get("SHOUWANG_KEYS_DIR", "keys")).resolve()
    path = place / RING_FILE
    stamp = path.stat().st_mtime_ns if path.is_file() else -1
    known = _cached.get(place)
    if known is None or known[0] != stamp:
        known = (stamp, ring_read(place))
        _cached[place] = known
    return known[1]
