"""awscrt, AWS's signer in C, behind the AWS CLI and AWS's SDKs for C++, Python, Java, JavaScript and more."""
import os
import re
import sys
import tempfile
import time

import awscrt.auth
import awscrt.http
import awscrt.io

from case import ECDSA, Signed, before_signing, has_s3_session_token, options_of, payload_hash, sends_content_hash, signature_in, time_of

_log = None
_TEXTS = re.compile(
    r"built canonical request for algorithm \w+, with contents \n(.*)\n\n\[INFO\] [^\n]*built string-to-sign via "
    r"algorithm \w+, with contents \n(.*)\n\n\[INFO\] [^\n]*built final authorization value", re.DOTALL)


def show_texts():
    """Adds the canonical request and the string to sign to each later result; awscrt writes them only to its log."""
    global _log
    if _log is None:
        _log = tempfile.NamedTemporaryFile(prefix="awscrt-", suffix=".log")
        # Only what goes to stderr is written at once; Python's own stderr keeps its destination.
        sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
        os.dup2(_log.fileno(), 2)
        awscrt.io.init_logging(awscrt.io.LogLevel.Info, "stderr")


def sign(case):
    """The signed request; None for one that awscrt rejects.

    awscrt rejects a request that is already signed, so it gets the request without its signature.
    """
    start = os.path.getsize(_log.name) if _log else 0
    try:
        signed = awscrt.auth.aws_sign_request(request_of(case), configuration(case)).result(10)
    except Exception:  # A RuntimeError from C, of many kinds.
        return None
    headers = list(signed.headers)
    result = Signed(signature_in(case, signed.path, headers), signed.path, headers)
    if _log:
        result.canonical_request, result.string_to_sign = texts_after(start)
    return result


def request_of(case):
    """The request in awscrt's form; signing changes it."""
    target, headers = before_signing(case)
    return awscrt.http.HttpRequest(
        case["request"]["method"], target, awscrt.http.HttpHeaders([tuple(field) for field in headers]))


def configuration(case):
    options = options_of(case)
    credentials = case["credentials"]
    is_header = case["placement"] == "header"
    types = awscrt.auth.AwsSignatureType
    algorithms = awscrt.auth.AwsSigningAlgorithm
    body_headers = awscrt.auth.AwsSignedBodyHeaderType
    return awscrt.auth.AwsSigningConfig(
        algorithm=(
            algorithms.V4_ASYMMETRIC if case["algorithm"] == ECDSA
            else algorithms.V4_S3EXPRESS if has_s3_session_token(case) else algorithms.V4),
        signature_type=types.HTTP_REQUEST_HEADERS if is_header else types.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=awscrt.auth.AwsCredentialsProvider.new_static(
            credentials["accessKeyId"], credentials["secretAccessKey"], credentials.get("sessionToken")),
        region=case["region"], service=case["service"], date=time_of(case),
        use_double_uri_encode=options["encodePathTwice"],
        should_normalize_uri_path=options["normalizePath"],
        signed_body_value=payload_hash(case),
        # With presigned requests for VPC Lattice, awscrt sends it by default.
        signed_body_header_type=(
            body_headers.X_AMZ_CONTENT_SHA_256 if is_header and sends_content_hash(case) else body_headers.NONE),
        expiration_in_seconds=None if is_header else options["expires"],
        omit_session_token=options["omitSessionToken"])


def texts_after(start):
    """The canonical request and the string to sign of the newest log entry, which another thread writes."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with open(_log.name, "rb") as log:
            log.seek(start)
            found = _TEXTS.search(log.read().decode(errors="replace"))
        if found:
            return found[1], found[2]
        time.sleep(0.001)
    raise TimeoutError("awscrt's log doesn't contain the string to sign.")
