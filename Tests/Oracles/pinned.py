"""Runs the calling script with the pinned oracles of requirements.txt, in a virtual environment in .build/."""
import importlib.metadata
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


def enter():
    """Continues in this interpreter if it has the pinned versions; otherwise restarts the script in one that has them."""
    if has_pinned_versions():
        return
    environment = ROOT / ".build" / "venv-oracles"
    python = environment / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == environment.resolve():
        sys.exit(f"{environment} lacks what {REQUIREMENTS.name} names; delete it and run this again.")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS], check=True)
    os.execv(python, [str(python), *sys.argv])


def has_pinned_versions():
    for line in REQUIREMENTS.read_text().splitlines():
        name, _, version = line.partition("==")
        try:
            if importlib.metadata.version(name) != version:
                return False
        except importlib.metadata.PackageNotFoundError:
            return False
    return True
