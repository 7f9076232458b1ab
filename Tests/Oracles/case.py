"""The cases of TestVectors, as the oracles read them; TestVectors/README.md describes the format."""
import base64
import dataclasses
import datetime
import hashlib
import urllib.parse

HMAC = "AWS4-HMAC-SHA256"
ECDSA = "AWS4-ECDSA-P256-SHA256"
DEFAULTS = {
    "payload": "hash", "contentHashHeader": False, "normalizePath": True, "encodePathTwice": True, "expires": 3600,
    "omitSessionToken": False, "useServiceRules": False,
}

GENERAL_RULES = {"contentHashHeader": False, "normalizePath": True, "encodePathTwice": True, "omitSessionToken": False}
S3_RULES = {"contentHashHeader": True, "normalizePath": False, "encodePathTwice": False}
SERVICE_RULES = {
    "s3": S3_RULES, "s3-object-lambda": S3_RULES, "s3-outposts": S3_RULES, "s3express": S3_RULES,
    "vpc-lattice-svcs": {"payload": "unsigned", "contentHashHeader": True},
    "aoss": {"contentHashHeader": True},
    "iotdevicegateway": {"omitSessionToken": True},
}
SIGNING_PARAMETERS = [
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Region-Set", "X-Amz-Security-Token",
    "X-Amz-Signature", "X-Amz-SignedHeaders",
]


@dataclasses.dataclass
class Signed:
    """An oracle's result for a case."""
    signature: str
    target: str
    headers: list
    canonical_request: str = None
    string_to_sign: str = None


def options_of(case):
    """The options with their defaults, or the service's own rules if the case uses them."""
    options = {**DEFAULTS, **case.get("options", {})}
    if options["useServiceRules"]:
        options.update({**GENERAL_RULES, **SERVICE_RULES.get(case["service"], {})})
        if not options["normalizePath"] and case["placement"] == "query":
            options["payload"] = "unsigned"
    return options


def sends_content_hash(case):
    """Whether x-amz-content-sha256 is part of the request; of presigned ones only with VPC Lattice."""
    options = options_of(case)
    is_lattice = options["useServiceRules"] and case["service"] == "vpc-lattice-svcs"
    return options["contentHashHeader"] and (case["placement"] == "header" or is_lattice)


def before_signing(case):
    """The request without the fields of an earlier signature, which a signer replaces: (target, headers)."""
    replaced = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-region-set"]
    replaced_parameters = list(SIGNING_PARAMETERS)
    if options_of(case)["contentHashHeader"]:
        replaced.append("x-amz-content-sha256")
        replaced_parameters.append("X-Amz-Content-Sha256")
    path, mark, query = case["request"]["target"].partition("?")
    parameters = query.split("&")
    kept = [parameter for parameter in parameters if parameter.partition("=")[0] not in replaced_parameters]
    if len(kept) < len(parameters):
        mark, query = "?" if kept else "", "&".join(kept)
    return path + mark + query, [field for field in case["request"]["headers"] if field[0].lower() not in replaced]


def has_s3_session_token(case):
    """Whether the token is one of a session of S3 Express, which is sent under another name."""
    if case["service"] != "s3express" or not options_of(case)["useServiceRules"]:
        return False
    host = next(value for name, value in case["request"]["headers"] if name.lower() == "host")
    path, _, query = case["request"]["target"].partition("?")
    creates_session = case["request"]["method"] == "GET" and "session" in [
        parameter.partition("=")[0] for parameter in query.split("&")]
    return not creates_session and not host.startswith("s3express-control")


def time_of(case):
    return datetime.datetime.strptime(case["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


def body_of(case):
    return base64.b64decode(case["request"].get("body", ""))


def payload_hash(case):
    """The last line of the canonical request."""
    payload = options_of(case)["payload"]
    if payload == "hash":
        return hashlib.sha256(body_of(case)).hexdigest()
    return {"unsigned": "UNSIGNED-PAYLOAD", "empty": hashlib.sha256(b"").hexdigest()}.get(payload, payload)


def signature_in(case, target, headers):
    """The signature in a signed request."""
    if case["placement"] == "query":
        return dict(urllib.parse.parse_qsl(target.partition("?")[2])).get("X-Amz-Signature")
    authorization = [value for name, value in headers if name.lower() == "authorization"]
    return authorization[-1].rpartition("Signature=")[2] if authorization else None
