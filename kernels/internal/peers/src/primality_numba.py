"""Trial division, see primality.c, with Numba: each thread has blocks of 1000
divisors and looks at the flag before each."""

import math

import numba
import numpy

import peer


@numba.njit(parallel=True, cache=False)
def prime(n, root, found):
    blocks = root // numba.uint64(2000) + numba.uint64(1)
    for b in numba.prange(blocks):
        if found[0] == 0:
            d = numba.uint64(3) + numba.uint64(b) * numba.uint64(2000)
            end = min(d + numba.uint64(2000), root + numba.uint64(1))
            while d < end:
                if n % d == numba.uint64(0):
                    found[0] = 1
                    break
                d += numba.uint64(2)
    return 1 - found[0]


def setup(variant, n, threads):
    global number, root
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    number, root = numpy.uint64(n), numpy.uint64(math.isqrt(n))
    prime(numpy.uint64(25), numpy.uint64(5), numpy.zeros(1, dtype=numpy.int64))  # compiles


def run():
    if number % 2 == 0:
        return 0
    return prime(number, root, numpy.zeros(1, dtype=numpy.int64))


if __name__ == "__main__":
    peer.serve(setup, run)
