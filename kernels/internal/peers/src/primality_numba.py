"""Trial division, see primality.c, with Numba: each thread has blocks of 1000
divisors and looks at the flag before each."""

import math

import numba
import numpy

import peer


@numba.njit("boolean(int64, int64, int64)", error_model="numpy")  # no check for a zero divisor
def divides(n, d, end):
    while d < end:
        if n % d == 0:
            return True
        d += 2
    return False


@numba.njit(parallel=True, cache=False)
def prime(n, root, found):
    for b in numba.prange(root // 2000 + 1):
        if found[0] == 0:
            d = 3 + 2000 * b
            if divides(n, d, min(d + 2000, root + 1)):
                found[0] = 1
    return 1 - found[0]


def setup(variant, n, threads):
    global number, root
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    number, root = n, math.isqrt(n)
    prime(25, 5, numpy.zeros(1, dtype=numpy.int64))  # compiles


def run():
    if number % 2 == 0:
        return 0
    return prime(number, root, numpy.zeros(1, dtype=numpy.int64))


if __name__ == "__main__":
    peer.serve(setup, run)
