"""The library, built with all its traits: for checks that read its public symbols or compile against it."""
import functools
import json
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = ".build-traits"
TRAITS = "URLSession,SwiftCrypto,HTTPTypes,AsyncHTTPClient"


def run(*command, cwd=ROOT):
    """The output of a command, which must succeed."""
    done = subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{done.stdout}\nThis command failed: {' '.join(map(str, command))[:200]}")
    return done.stdout


@functools.cache
def search_options():
    """Builds the library, and returns the options with which a compiler finds it and the packages that it depends on."""
    build = ["swift", "build", "--target", "SigV4", "--traits", TRAITS, "--scratch-path", SCRATCH]
    run(*build)
    products = pathlib.Path(run(*build, "--show-bin-path").split()[-1])
    maps = [
        *ROOT.glob("Sources/*/module.modulemap"), *products.glob("*.build/module.modulemap"),
        *ROOT.glob(f"{SCRATCH}/checkouts/*/Sources/**/include/module.modulemap"),
    ]
    return [
        "-I", str(products / "Modules"),
        *(part for path in sorted(maps) for part in ("-Xcc", f"-fmodule-map-file={path}")),
    ]


def symbol_graphs(folder, *options):
    """Writes the symbol graphs of the public symbols to a folder, as SwiftPM does for DocC, and returns them."""
    system = "unknown-linux-gnu" if sys.platform == "linux" else "apple-macosx15.0"
    machine = {"arm64": "arm64" if sys.platform == "darwin" else "aarch64"}.get(platform.machine(), platform.machine())
    run(
        "swift", "symbolgraph-extract", "-module-name", "SigV4", *search_options(), "-target", f"{machine}-{system}",
        "-output-dir", str(folder), "-minimum-access-level", "public", *options)
    return [json.loads(path.read_text()) for path in sorted(pathlib.Path(folder).glob("*.symbols.json"))]
