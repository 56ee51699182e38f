"""Make .venv and install the locked requirements, then hand over to a script inside it.

Runs under the system's own python3 and uses the standard library only. A second run finds the
stamp of what is installed and does nothing. What cannot be had stops with the line to type.

    python3 scripts/bootstrap.py {runtime,dev} [--then SCRIPT [ARGUMENT ...]]
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
SUPPORTED = ((3, 11), (3, 12), (3, 13))
REQUIREMENTS = {
    "runtime": ("requirements.txt",),
    "dev": ("requirements.txt", "requirements-dev.txt"),
}


class Refusal(Exception):
    """The set-up cannot go on; the message says what to do."""


def say(text):
    print("==> " + text, flush=True)


def is_debian(release=Path("/etc/os-release")):
    """Whether `apt-get` is this system's way to install packages."""
    if not release.exists() or shutil.which("apt-get") is None:
        return False
    words = release.read_text(encoding="utf-8").lower()
    return "debian" in words or "ubuntu" in words


def is_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


def install_line(packages):
    """The line somebody without root rights is asked to type or to pass on."""
    if is_debian():
        return "sudo apt-get update && sudo apt-get install --no-install-recommends -y " + " ".join(
            packages
        )
    return "(with your system's package manager) install " + " ".join(packages)


def apt_install(packages, purpose):
    """Install Debian packages as root; otherwise refuse with the line to type."""
    if not (is_debian() and is_root()):
        raise Refusal(
            "{} is missing. Type this line, then try again:\n\n    {}\n".format(
                purpose, install_line(packages)
            )
        )
    say("installing {} (needed for {})".format(" ".join(packages), purpose))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    # Another installation may be running on a machine that has just started: wait for it.
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    quiet = {"env": environment, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    for command in (
        [*apt, "update"],
        [*apt, "install", "-y", "--no-install-recommends", *packages],
    ):
        if subprocess.call(command, **quiet) != 0:
            raise Refusal(
                "`{}` failed; its message stands above. Once it is mended, try again, "
                "or type:\n\n    {}\n".format(" ".join(command), install_line(packages))
            )


def find_interpreter(candidates=None):
    """Return a Python this project supports: the one running, or another on the PATH.

    Raises: Refusal when there is none.
    """
    if candidates is None:
        candidates = [sys.executable]
        candidates += [shutil.which("python%d.%d" % version) for version in reversed(SUPPORTED)]
    for candidate in filter(None, candidates):
        if version_of(candidate) in SUPPORTED:
            return candidate
    raise Refusal(
        "Python 3.11, 3.12 or 3.13 is needed; this one is {}. Type this line, "
        "then try again:\n\n    {}\n".format(
            ".".join(map(str, sys.version_info[:2])), install_line(["python3", "python3-venv"])
        )
    )


def answer_of(interpreter, expression):
    """What `interpreter` prints for `expression`; empty when it cannot run."""
    try:
        return subprocess.check_output(
            [str(interpreter), "-c", "import sys; print({})".format(expression)],
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
        ).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def version_of(interpreter):
    answer = answer_of(interpreter, "*sys.version_info[:2]")
    return tuple(int(number) for number in answer.split())


def can_make_venv(interpreter):
    """Debian's python3 comes without `ensurepip`, and then `python3 -m venv` fails half-way."""
    return answer_of(interpreter, "__import__('ensurepip') and 'yes'") == "yes"


def ensure_venv(interpreter):
    """Make .venv unless a working one is there; a broken or foreign one is made anew."""
    if version_of(VENV / "bin" / "python") in SUPPORTED:
        return
    if not can_make_venv(interpreter):
        apt_install(["python3-venv"], "python3's venv module")
        if not can_make_venv(interpreter):
            raise Refusal(
                "{} has no ensurepip module and Debian's python3-venv does not bring it one. "
                "Use the system's own Python:\n\n    make PYTHON=/usr/bin/python3 run\n".format(
                    interpreter
                )
            )
    say("making .venv")
    subprocess.check_call([interpreter, "-m", "venv", "--clear", str(VENV)])


def fingerprint(names):
    """What the stamp must say for the installed set to be the locked one."""
    digest = hashlib.sha256(answer_of(VENV / "bin" / "python", "sys.version").encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install_requirements(kind):
    """Install the locked set unless the stamp says it is installed already."""
    names = REQUIREMENTS[kind]
    stamp = VENV / ".installed-{}".format(kind)
    wanted = fingerprint(names)
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say("installing the locked {} requirements".format(kind))
    started = time.monotonic()
    command = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "--no-compile",  # what is used is compiled when it is first imported
    ]
    for name in names:
        command += ["-r", str(ROOT / name)]
    if subprocess.call(command, stdin=subprocess.DEVNULL) != 0:
        raise Refusal(
            "pip could not install the locked requirements; its message stands above. "
            "Without a way to the package index, type:\n\n"
            "    pip download --require-hashes -d wheels -r {}     (where there is one)\n"
            "    PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels make run\n".format(names[-1])
        )
    stamp.write_text(wanted, encoding="ascii")
    say("installed in {:.0f} s".format(time.monotonic() - started))


def main(arguments):
    if not arguments or arguments[0] not in REQUIREMENTS:
        raise Refusal(__doc__)
    os.chdir(str(ROOT))
    ensure_venv(find_interpreter())
    install_requirements(arguments[0])
    if "--then" in arguments:
        python = str(VENV / "bin" / "python")
        # In place of this process, so that a signal reaches the script itself.
        os.execv(python, [python, *arguments[arguments.index("--then") + 1 :]])  # noqa: S606


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refusal as refusal:
        sys.exit("\n" + str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
