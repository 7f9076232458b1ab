"""The vectors of streams.jsonl: chunks, trailers, event messages and POST policies; TestVectors/README.md has the format."""
import base64
import hashlib

import with_botocore


def problems(vector, signatures):
    """The flaws of a vector: each string to sign is built again, and signed with botocore's key.

    `signatures` has those of the requests, by id: where the chain starts.
    """
    if vector["kind"] == "policy":
        return wrong(vector, vector, vector["policy"], "policy")
    found = []
    if "seed" in vector and vector["seedSignature"] != signatures.get(vector["seed"]):
        found.append(f"{vector['id']}: the seed isn't the signature of {vector['seed']}")
    previous = vector["seedSignature"]
    for number, part in enumerate(vector["parts"], 1):
        at = {**vector, "time": part.get("time", vector["time"])}
        time = at["time"].replace("-", "").replace(":", "")
        scope = f"{time[:8]}/{vector['region']}/{vector['service']}/aws4_request"
        lines = ["AWS4-HMAC-SHA256-" + ("TRAILER" if "trailers" in part else "PAYLOAD"), time, scope, previous]
        found += wrong(at, part, "\n".join(lines + hashes(vector, part)), f"part {number}")
        previous = part["signature"]
    return found


def wrong(at, part, string_to_sign, name):
    found = []
    if part.get("stringToSign", string_to_sign) != string_to_sign:
        found.append(f"{at['id']}: the string to sign of {name} should be {string_to_sign!r}")
    signature = with_botocore.signature(at, string_to_sign)
    if part["signature"] != signature:
        found.append(f"{at['id']}: the signature of {name} should be {signature}")
    return found


def hashes(vector, part):
    """The last lines of a string to sign."""
    if "trailers" in part:
        lines = sorted(f"{name.lower()}:{value.strip()}\n" for name, value in part["trailers"])
        return [sha256("".join(lines).encode())]
    before = base64.b64decode(part.get("headers", ""))
    return [sha256(before), sha256(data_of(part))]


def data_of(part):
    return base64.b64decode(part["data"]) * part.get("times", 1)


def sha256(data):
    return hashlib.sha256(data).hexdigest()
