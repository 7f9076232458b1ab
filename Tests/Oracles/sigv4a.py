"""SigV4a's keys, which verify awscrt's signatures."""
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_keys = {}


def public_key(credentials):
    """The key pair's P-256 key: a counter runs until HMAC's output is below the group's order, less one."""
    pair = credentials["accessKeyId"], credentials["secretAccessKey"]
    if pair not in _keys:
        for counter in range(1, 255):
            message = b"\0\0\0\1AWS4-ECDSA-P256-SHA256\0" + pair[0].encode() + bytes([counter]) + b"\0\0\1\0"
            candidate = int.from_bytes(hmac.digest(b"AWS4A" + pair[1].encode(), message, "sha256"), "big")
            if candidate <= ORDER - 2:
                _keys[pair] = ec.derive_private_key(candidate + 1, ec.SECP256R1()).public_key()
                break
    return _keys[pair]


def coordinates(credentials):
    """The key as vectors state it."""
    numbers = public_key(credentials).public_numbers()
    return {"x": f"{numbers.x:064x}", "y": f"{numbers.y:064x}"}


def is_signed(credentials, signature, string_to_sign):
    """Whether the key confirms the signature."""
    try:
        public_key(credentials).verify(bytes.fromhex(signature), string_to_sign.encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
