"""Resident workers for "weft bench -peers", in Python.

A worker reads lines and answers each with one:

    setup VARIANT N THREADS   ->  ok [NOTE]      or  no REASON
    run                       ->  WALL_NS USER_NS SYS_NS CHECKSUM
    end of input              ->  exit

A source in Python ends with

    if __name__ == "__main__":
        import peer
        peer.serve(setup, run)

where setup(variant, n, threads) makes the input and compiles and warms what is
to be warm, raising peer.No("why") if it can't; and run() is the timed part and
returns the checksum. Where the checksum costs time that the kernel's own timing
leaves out, a third function checksum() is called behind the timed part;
peer.took(ns) in run replaces the time measured around it, where not all of it is
to count. The number of threads is also in OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and
NUMBA_NUM_THREADS from the start. What is printed goes to standard error.

Cython: NAME_cython.pyx holds setup and run (and checksum) itself, as def
functions; "python3 peer.py NAME_cython.pyx" compiles and serves it. A line
"# flags: -ffast-math" adds compiler flags.

Pythran: what NAME_pythran.py has above the line 'if __name__ == "__main__":' is
compiled by m = peer.pythran(__file__), which returns the module; setup and run
follow below that line.

Works with Python 3.8 and PyPy.
"""

import hashlib
import importlib.util
import os
import platform
import re
import resource
import subprocess
import sys
import sysconfig
import time

FLAGS = ["-O3", "-march=native", "-mprefer-vector-width=512", "-fopenmp"]


class No(Exception):
    """What a setup raises that can't do what is asked; the text says why."""


_note = ""
_took = None


def note(text):
    """Tells, from setup, what is worth reading beside the figure."""
    global _note
    _note = " ".join(str(text).split())


def took(wall_ns):
    """Tells, from run, how long it took where not all of it is to count."""
    global _took
    _took = wall_ns


def serve(setup, run, checksum=None):
    """Serves until the end of input. See the top of this file."""
    global _note, _took
    # Libraries may print: keep the channel for ourselves.
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    ready = False
    clock, usage, who = time.perf_counter_ns, resource.getrusage, resource.RUSAGE_SELF
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        words = line.split()
        if len(words) == 4 and words[0] == "setup":
            _note = ""
            try:
                why = setup(words[1], int(words[2]), int(words[3]))
                ready = why is None
            except No as err:
                why, ready = str(err), False
            out.write(("ok " + _note).strip() + "\n" if ready else "no %s\n" % why)
        elif words == ["run"]:
            if not ready:
                sys.exit("run without setup")
            _took = None
            before = usage(who)
            start = clock()
            value = run()
            wall = clock() - start
            after = usage(who)
            if checksum is not None:
                value = checksum()
            out.write("%d %d %d %s\n" % (
                wall if _took is None else _took,
                round((after.ru_utime - before.ru_utime) * 1e9),
                round((after.ru_stime - before.ru_stime) * 1e9),
                repr(float(value)),
            ))
        else:
            sys.exit("not understood: %r" % line)
        out.flush()


def blas():
    """Returns which kernels NumPy's BLAS has chosen ("OpenBLAS 0.3.21 Zen,
    2 threads") or "" if it can't be told. Import numpy before."""
    import ctypes

    paths = set()
    try:
        with open("/proc/self/maps") as maps:
            for row in maps:
                path = row.split(None, 5)[-1].strip()
                if "blas" in os.path.basename(path).lower():
                    paths.add(path)
    except OSError:
        return ""
    for path in sorted(paths):
        lib = ctypes.CDLL(path)
        for suffix in ("", "64_", "_64"):
            try:
                core = getattr(lib, "openblas_get_corename" + suffix)
                config = getattr(lib, "openblas_get_config" + suffix)
                threads = getattr(lib, "openblas_get_num_threads" + suffix)
            except AttributeError:
                continue
            core.restype = config.restype = ctypes.c_char_p
            version = " ".join(config().decode().split()[:2])
            return "%s %s, threads %d" % (version, core().decode(), threads())
    return ""


def cython(source, flags=()):
    """Compiles a .pyx file, if that has not been done, and returns the module.

    NumPy's headers are found if NumPy is there. Bounds checks, wrap-around
    and Python's division are off unless the source says otherwise."""
    path, text = _read(source)
    name = os.path.splitext(os.path.basename(path))[0]
    flags = FLAGS + _flags(text) + list(flags)

    def build(folder, target):
        import Cython.Compiler.Version as version  # noqa: F401 (tells early what is missing)

        c = os.path.join(folder, name + ".c")
        directives = "boundscheck=False,wraparound=False,cdivision=True,initializedcheck=False,language_level=3"
        _call([sys.executable, "-m", "cython", "-3", "-X", directives, path, "-o", c])
        includes = ["-I" + sysconfig.get_paths()["include"]]
        try:
            import numpy

            includes.append("-I" + numpy.get_include())
        except ImportError:
            pass
        _call(_cc() + flags + ["-shared", "-fPIC", "-fwrapv", "-w"] + includes + [c, "-o", target, "-lm"])

    return _load(name, _built(name, text, flags, build))


def pythran(source, flags=()):
    """Compiles the part of a Python file above its main section with Pythran,
    if that has not been done, and returns the module."""
    path, text = _read(source)
    text = re.split(r"(?m)^if __name__ ==", text)[0]
    name = os.path.splitext(os.path.basename(path))[0]
    flags = FLAGS + ["-DUSE_XSIMD"] + _flags(text) + list(flags)

    def build(folder, target):
        part = os.path.join(folder, name + ".py")
        with open(part, "w") as f:
            f.write(text)
        _call([sys.executable, "-W", "ignore", "-m", "pythran.run", "-o", target] + flags + [part])

    return _load(name, _built(name, text, flags, build))


def _read(source):
    path = source if os.path.isabs(source) else os.path.join(os.path.dirname(os.path.abspath(__file__)), source)
    if not os.path.exists(path):
        path = os.path.abspath(source)
    with open(path) as f:
        return path, f.read()


def _flags(text):
    """The words behind "# flags:" in a source."""
    return [word for line in re.findall(r"(?m)^# flags:(.*)$", text) for word in line.split()]


def _cc():
    return [os.environ.get("CC") or "gcc"]


def _call(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    if done.returncode:
        sys.exit("%s:\n%s" % (" ".join(command), done.stdout.strip()))


def _built(name, text, flags, build):
    """Returns the path of a module made of text, building it if it is not there."""
    cache = os.environ.get("WEFT_PEERS_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "weft", "peers")
    key = hashlib.sha256(repr((text, flags, sys.version, _cpu(), open(os.path.abspath(__file__)).read())).encode())
    suffix = sysconfig.get_config_var("EXT_SUFFIX") or ".so"
    folder = os.path.join(cache, "%s-%s" % (name, key.hexdigest()[:16]))
    target = os.path.join(folder, name + suffix)
    if not os.path.exists(target):
        # Built beside it and renamed: other workers may be doing the same.
        import tempfile

        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            fresh = os.path.join(work, name + suffix)
            build(work, fresh)
            os.replace(fresh, target)
    return target


def _cpu():
    """What -march=native depends on."""
    try:
        with open("/proc/cpuinfo") as f:
            return sorted(set(row for row in f if row.startswith(("model name", "flags"))))
    except OSError:
        return platform.processor()


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    if len(sys.argv) != 2 or not sys.argv[1].endswith(".pyx"):
        sys.exit("usage: peer.py NAME_cython.pyx")
    sys.modules["peer"] = sys.modules["__main__"]  # one module, also for "import peer" in the source
    m = cython(sys.argv[1])
    serve(m.setup, m.run, getattr(m, "checksum", None))


if __name__ == "__main__":
    main()
