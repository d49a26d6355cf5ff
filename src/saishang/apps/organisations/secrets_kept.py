"""Keep a secret encrypted in the database (Fernet: AES-128-CBC with HMAC), under a key made from the portal's own."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from saishang.apps.organisations.refusals import ChangeRefused

__all__ = ["opened", "sealed"]


def _box(purpose: str) -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=f"saishang {purpose}".encode()).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def sealed(text: str, purpose: str) -> str:
    """The text, encrypted for one purpose."""
    return _box(purpose).encrypt(text.encode()).decode()


def opened(text: str, purpose: str) -> str:
    """The text again.

    Raises
    ------
    ChangeRefused
        When the portal's key has changed since: the secret is lost and has to be set up anew.
    """
    try:
        return _box(purpose).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise ChangeRefused(
            "the key of this portal has changed since the one-time codes were set up",
            fix="ask an administrator to reset them, then set them up again",
        ) from error
