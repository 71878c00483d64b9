"""C = A·B of order n with NumPy, that is with its BLAS: a[i][j] = ((7i+13j) mod
101)/101 - 1/2, b[i][j] = ((11i+3j) mod 103)/103 - 1/2. Checksum: the sum of c
times (index mod 7 + 1).

OpenBLAS picks its kernels when it is loaded, and some builds take those for AVX2 on
processors with AVX-512 that they don't know. The variant names the kernels to use
(OPENBLAS_CORETYPE: SkylakeX, Haswell, Zen); "best" chooses by what the processor
has, "auto" leaves it to OpenBLAS. What was chosen is told in the note.
"""

import os

import peer

chosen = None


def coretype(variant):
    if variant != "best":
        return variant
    try:
        with open("/proc/cpuinfo") as f:
            flags = next((row for row in f if row.startswith("flags")), "").split()
    except OSError:
        flags = []
    return "SkylakeX" if {"avx512f", "avx512bw", "avx512dq", "avx512vl"}.issubset(flags) else "Haswell"


def setup(variant, n, threads):
    global a, b, c, weights, numpy, chosen
    if chosen not in (None, (variant, threads)):
        raise peer.No("BLAS is loaded with other kernels or threads already")
    chosen = variant, threads
    if variant != "auto":
        os.environ["OPENBLAS_CORETYPE"] = coretype(variant)
    os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
    import numpy

    i, j = numpy.ogrid[:n, :n]
    a = (7 * i + 13 * j) % 101 / 101 - 0.5
    b = (11 * i + 3 * j) % 103 / 103 - 0.5
    c = numpy.zeros((n, n))
    weights = (numpy.arange(n * n) % 7 + 1).reshape(n, n)
    peer.note(peer.blas())


def run():
    numpy.matmul(a, b, out=c)


def checksum():
    return float((c * weights).sum())


if __name__ == "__main__":
    peer.serve(setup, run, checksum)
