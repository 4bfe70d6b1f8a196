"""Makes a virtual environment with what a requirements.txt says, once:

    make_environment.py FOLDER REQUIREMENTS [--without-hashes]

Several may ask for the same folder at once: one makes it, the others wait. The lock is the system's, so it goes with the
process that holds it. The file "complete" is written last; a folder without it was left half-way, and is made anew, as
is one whose Python was replaced by another version or is gone.
"""
import os
import shutil
import subprocess
import sys
import venv

folder, requirements, *options = sys.argv[1:]
complete = os.path.join(folder, "complete")
python = os.path.join(folder, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))


def is_usable():
    try:
        return os.path.exists(complete) and subprocess.run([python, "-I", "-c", "import pip"]).returncode == 0
    except OSError:
        return False


def make():
    shutil.rmtree(folder, ignore_errors=True)
    # It cannot be made elsewhere and moved: it knows its own path.
    venv.create(folder, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    # Wheels only, each with a known hash: nothing runs while it is installed, and nothing else gets in.
    known = [] if "--without-hashes" in options else ["--require-hashes", "--only-binary", ":all:"]
    installed = subprocess.run([*pip, *known, "-r", requirements], stdout=sys.stderr)
    if installed.returncode != 0:
        sys.exit(installed.returncode)
    open(complete, "w").close()


os.makedirs(os.path.dirname(folder), exist_ok=True)
with open(folder + ".lock", "w") as lock:
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
    except ImportError:
        pass  # Windows has none: there two at once is one too many
    if not is_usable():
        make()
