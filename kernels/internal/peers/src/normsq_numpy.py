"""The sum of the squares of 0, 1, 2, ... n-1 with NumPy: "dot" is x·x by BLAS,
"square" is (x*x).sum(), which makes an array of squares first."""

import os

import peer


def setup(variant, n, threads):
    global x
    if variant not in ("dot", "square"):
        raise peer.No("unknown variant")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(threads))
    import numpy

    x = numpy.arange(n, dtype=float)
    chosen[0] = dot if variant == "dot" else square
    peer.note(peer.blas())


def dot():
    return float(x.dot(x))


def square():
    return float((x * x).sum())


chosen = [dot]


def run():
    return chosen[0]()


if __name__ == "__main__":
    peer.serve(setup, run)
