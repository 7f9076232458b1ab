"""botocore, AWS's signer in Python, behind boto3 and the AWS CLI."""
import unittest.mock
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.compat
import botocore.credentials

from case import HMAC, Signed, body_of, has_s3_session_token, options_of, payload_hash, sends_content_hash, signature_in, time_of


def sign(case):
    """The signed request; None for one that botocore can't sign, or has no options for.

    botocore uses the query unchanged from the URL, without decoding and encoding it again; where that matters, it
    disagrees with awscrt, and with AWS's published suite.
    """
    if not is_signable(case):
        return None
    texts = {}
    request = request_of(case)
    signer = signer_for(case, options_of(case), texts)
    with clock_at(time_of(case)):
        signer.add_auth(request)
    parts = urllib.parse.urlsplit(request.url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    headers = list(request.headers.items())
    return Signed(signature_in(case, target, headers), target, headers, **texts)


def request_of(case):
    """The request in botocore's form; signing changes it."""
    headers = [(name, value) for name, value in case["request"]["headers"]]
    if sends_content_hash(case):
        headers = [field for field in headers if field[0].lower() != "x-amz-content-sha256"]
        headers.append(("X-Amz-Content-SHA256", payload_hash(case)))
    fields = botocore.compat.HTTPHeaders()
    for name, value in headers:
        fields.add_header(name, value)
    host = next(value for name, value in headers if name.lower() == "host")
    url = f"https://{host}{case['request']['target']}"
    request = botocore.awsrequest.AWSRequest(case["request"]["method"], url, None, body_of(case))
    request.headers = fields
    if case["placement"] == "query":
        request.data = b""  # Presigning, botocore moves a body into the query.
    return request


def clock_at(now):
    """In this context, botocore's clock shows `now`."""
    return unittest.mock.patch.object(
        botocore.auth, "get_current_datetime",
        lambda remove_tzinfo=True: now.replace(tzinfo=None) if remove_tzinfo else now)


def is_signable(case):
    options = options_of(case)
    query = case["request"]["target"].partition("?")[2]
    names = [parameter.partition("=")[0] for parameter in query.split("&")]
    is_query = case["placement"] == "query"
    return (
        case["algorithm"] == HMAC
        # Either S3's rule, or that of every other service.
        and options["normalizePath"] == options["encodePathTwice"]
        # Signing for S3, it always sends x-amz-content-sha256.
        and (options["normalizePath"] or is_query or sends_content_hash(case))
        and not options["omitSessionToken"]
        # Presigning, it keeps one of repeated parameters only.
        and not (is_query and len(set(names)) < len(names)))


def signer_for(case, options, texts):
    is_query = case["placement"] == "query"
    kind = {
        (True, False): botocore.auth.SigV4Auth, (True, True): botocore.auth.SigV4QueryAuth,
        (False, False): botocore.auth.S3SigV4Auth, (False, True): botocore.auth.S3SigV4QueryAuth,
    }[options["normalizePath"], is_query]
    extra = {"expires": options["expires"]} if is_query else {}
    if has_s3_session_token(case):
        kind = botocore.auth.S3ExpressQueryAuth if is_query else botocore.auth.S3ExpressAuth
        extra["identity_cache"] = None  # The credentials are known.
    pair = case["credentials"]
    credentials = botocore.credentials.Credentials(
        pair["accessKeyId"], pair["secretAccessKey"], pair.get("sessionToken"))

    class Signer(kind):
        def payload(self, request):
            """The payload hash of the case: botocore's own signs UNSIGNED-PAYLOAD for S3 only over TLS with a checksum."""
            return payload_hash(case)

        def canonical_request(self, request):
            texts["canonical_request"] = super().canonical_request(request)
            return texts["canonical_request"]

        def string_to_sign(self, request, canonical_request):
            texts["string_to_sign"] = super().string_to_sign(request, canonical_request)
            return texts["string_to_sign"]

    return Signer(credentials, case["service"], case["region"], **extra)


def signature(case, string_to_sign):
    """The signature of a string to sign, with the key that botocore derives."""
    pair = botocore.credentials.Credentials(case["credentials"]["accessKeyId"], case["credentials"]["secretAccessKey"])
    request = botocore.awsrequest.AWSRequest("GET", "https://host/")
    request.context["timestamp"] = time_of(case).strftime("%Y%m%dT%H%M%SZ")
    return botocore.auth.SigV4Auth(pair, case["service"], case["region"]).signature(string_to_sign, request)
