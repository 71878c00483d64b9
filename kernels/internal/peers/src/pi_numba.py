"""Darts, see pi.c, with Numba: a parallel reduction."""

import numba
import numpy

import peer


@numba.njit(parallel=True, cache=False)
def throw(n):
    inside = 0
    for i in numba.prange(n):
        z = numba.uint64(42) + (numba.uint64(i) + numba.uint64(1)) * numba.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numba.uint64(30))) * numba.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numba.uint64(27))) * numba.uint64(0x94D049BB133111EB)
        z ^= z >> numba.uint64(31)
        x = z >> numba.uint64(33)
        y = (z >> numba.uint64(1)) & numba.uint64(0x7FFFFFFF)
        inside += numba.int64(numba.uint64(1) - ((x * x + y * y) >> numba.uint64(62)))
    return inside


def setup(variant, n, threads):
    global darts
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    darts = n
    throw(10)  # compiles


def run():
    return throw(darts)


if __name__ == "__main__":
    peer.serve(setup, run)
