"""Our own signer: `sigv4-cli conformance`, fed with cases."""
import json
import pathlib
import subprocess
import threading

from case import HMAC, signature_in
from sigv4a import is_signed


def results(cli, cases, cases_again):
    """Yields (case, result) for each case; two iterators over the same cases keep memory constant."""
    if not pathlib.Path(cli).exists():
        raise SystemExit(f"There is no {cli}; build it with `swift build --product sigv4-cli`, or name it with --cli.")
    signer = subprocess.Popen([cli, "conformance"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def feed():
        with signer.stdin as lines:
            for case in cases:
                lines.write(json.dumps(case, ensure_ascii=False).encode() + b"\n")

    threading.Thread(target=feed, daemon=True).start()
    for case in cases_again:
        line = signer.stdout.readline()
        if not line:
            raise SystemExit(f"sigv4-cli ended before it answered {case['id']}.")
        yield case, json.loads(line)


def difference(case, oracle, ours):
    """What is wrong with our result, as a sentence; None if nothing is.

    A signature that is the same covers the same canonical request. SigV4a's differ each time: there, our string to sign
    must be the one that the oracle's signature is valid for.
    """
    if "error" in ours:
        return f"we reject it: {ours['error']}"
    if signature_in(case, ours["target"], ours["headers"]) != ours["signature"]:
        return "the signature isn't in the request that we would send"
    if case["algorithm"] == HMAC:
        return None if ours["signature"] == oracle.signature else "the signatures differ"
    for whose, signature in (("the oracle's", oracle.signature), ("our", ours["signature"])):
        if not is_signed(case["credentials"], signature, ours["stringToSign"]):
            return f"{whose} signature isn't one of the string to sign that we state"
    return None


def explain(case, oracle, ours, problem):
    """Prints a difference, line by line where the canonical requests differ."""
    print(json.dumps(case, ensure_ascii=False))
    print("  " + problem)
    theirs = (oracle.canonical_request or "").split("\n")
    mine = ours.get("canonicalRequest", "").split("\n")
    for index in range(max(len(theirs), len(mine))):
        pair = [lines[index] if index < len(lines) else None for lines in (theirs, mine)]
        if pair[0] != pair[1]:
            print(f"  line {index + 1}: oracle {pair[0]!r}\n          ours   {pair[1]!r}")
