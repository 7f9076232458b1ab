"""AWS's own signers, called with the cases of TestVectors: awscrt and botocore."""
import base64
import datetime
import hashlib
import urllib.parse

import awscrt.auth
import awscrt.http

HEADERS = awscrt.auth.AwsSignatureType.HTTP_REQUEST_HEADERS
QUERY = awscrt.auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS
ALGORITHMS = {
    "AWS4-HMAC-SHA256": awscrt.auth.AwsSigningAlgorithm.V4,
    "AWS4-ECDSA-P256-SHA256": awscrt.auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
}


def time_of(case):
    return datetime.datetime.strptime(case["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


def body_of(case):
    return base64.b64decode(case["request"].get("body", ""))


def payload_hash(case):
    """The last line of the canonical request."""
    payload = case.get("options", {}).get("payload", "hash")
    if payload == "hash":
        return hashlib.sha256(body_of(case)).hexdigest()
    return {"unsigned": "UNSIGNED-PAYLOAD", "empty": hashlib.sha256(b"").hexdigest()}.get(payload, payload)


def sign_with_awscrt(case):
    """The request that awscrt has signed: (target, [(name, value)]); None for one that it doesn't take."""
    options = case.get("options", {})
    request = case["request"]
    credentials = case["credentials"]
    config = awscrt.auth.AwsSigningConfig(
        algorithm=ALGORITHMS[case["algorithm"]],
        signature_type=HEADERS if case["placement"] == "header" else QUERY,
        credentials_provider=awscrt.auth.AwsCredentialsProvider.new_static(
            credentials["accessKeyId"], credentials["secretAccessKey"], credentials.get("sessionToken")),
        region=case["region"], service=case["service"], date=time_of(case),
        use_double_uri_encode=options.get("encodePathTwice", True),
        should_normalize_uri_path=options.get("normalizePath", True),
        signed_body_value=payload_hash(case),
        signed_body_header_type=(
            awscrt.auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
            if options.get("contentHashHeader") and case["placement"] == "header"
            else awscrt.auth.AwsSignedBodyHeaderType.NONE),
        expiration_in_seconds=options.get("expires", 3600) if case["placement"] == "query" else None,
        omit_session_token=options.get("omitSessionToken", False))
    message = awscrt.http.HttpRequest(
        request["method"], request["target"], awscrt.http.HttpHeaders([tuple(field) for field in request["headers"]]))
    try:
        signed = awscrt.auth.aws_sign_request(message, config).result(10)
    except Exception:
        return None
    return signed.path, list(signed.headers)


def signature_of(placement, target, headers):
    if placement == "query":
        return dict(urllib.parse.parse_qsl(target.partition("?")[2])).get("X-Amz-Signature")
    authorization = [value for name, value in headers if name.lower() == "authorization"]
    return authorization[0].rpartition("Signature=")[2] if authorization else None


def signature_with_botocore(case):
    """The signature by botocore, at the time of the case and with botocore's rules for the service."""
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    class AtTime(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return time_of(case).replace(tzinfo=None)

        @classmethod
        def now(cls, tz=None):
            return time_of(case)

    pair = case["credentials"]
    credentials = botocore.credentials.Credentials(
        pair["accessKeyId"], pair["secretAccessKey"], pair.get("sessionToken"))
    isS3, isQuery = case["service"] == "s3", case["placement"] == "query"
    signer = {
        (False, False): botocore.auth.SigV4Auth, (False, True): botocore.auth.SigV4QueryAuth,
        (True, False): botocore.auth.S3SigV4Auth, (True, True): botocore.auth.S3SigV4QueryAuth,
    }[isS3, isQuery]
    extra = {"expires": case["options"].get("expires", 3600)} if isQuery else {}
    headers = {name: value for name, value in case["request"]["headers"]}
    if case["service"] == "vpc-lattice-svcs":
        headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
    request = botocore.awsrequest.AWSRequest(
        case["request"]["method"], "https://" + headers["Host"] + case["request"]["target"], headers, body_of(case))
    if isS3:
        request.context["payload_signing_enabled"] = True
    original = botocore.auth.datetime
    utc_now = getattr(botocore.auth, "get_current_datetime", None)
    try:
        if utc_now:
            botocore.auth.get_current_datetime = lambda remove_tzinfo=True: (
                time_of(case).replace(tzinfo=None) if remove_tzinfo else time_of(case))
        else:
            botocore.auth.datetime = type("Clock", (), {"datetime": AtTime})
        signer(credentials, case["service"], case["region"], **extra).add_auth(request)
    finally:
        botocore.auth.datetime = original
        if utc_now:
            botocore.auth.get_current_datetime = utc_now
    return signature_of(case["placement"], request.url, list(request.headers.items()))


def difference(case, expected, ours):
    """What is wrong with our result, as a sentence; None if nothing is."""
    if "error" in ours:
        return "awscrt signs it, we say " + str(ours["error"])
    target, headers = expected
    if case["algorithm"] == "AWS4-HMAC-SHA256":
        theirs = signature_of(case["placement"], target, headers)
        if theirs != ours["signature"]:
            return "awscrt signs " + str(theirs)
        if signature_of(case["placement"], ours["target"], ours["headers"]) != theirs:
            return "the signature isn't in the request that we would send"
        return None
    return asymmetric_difference(case, target, headers, ours)


def asymmetric_difference(case, target, headers, ours):
    """SigV4a: awscrt itself confirms our signature over the canonical request that we state."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    theirs = signature_of(case["placement"], target, headers)
    key = public_key(case["credentials"])
    for name, signature in (("awscrt's", theirs), ("our", ours["signature"])):
        try:
            key.verify(bytes.fromhex(signature), ours["stringToSign"].encode(), ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return f"{name} signature isn't one of the string to sign that we state"
    return None


_keys = {}


def public_key(credentials):
    """The key pair's P-256 key, derived as AWS documents it."""
    import hmac

    from cryptography.hazmat.primitives.asymmetric import ec

    pair = credentials["accessKeyId"], credentials["secretAccessKey"]
    if pair not in _keys:
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        for counter in range(1, 255):
            message = (b"\0\0\0\1" + b"AWS4-ECDSA-P256-SHA256" + b"\0" + pair[0].encode() + bytes([counter]) + b"\0\0\1\0")
            candidate = int.from_bytes(hmac.digest(b"AWS4A" + pair[1].encode(), message, "sha256"), "big")
            if candidate <= order - 2:
                _keys[pair] = ec.derive_private_key(candidate + 1, ec.SECP256R1()).public_key()
                break
    return _keys[pair]
