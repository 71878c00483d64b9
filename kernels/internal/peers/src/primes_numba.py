"""Counts the primes below n, see primes.c, with Numba: a byte for each odd
number."""

import numba
import numpy

import peer


@numba.njit(cache=False)
def count(n):
    if n < 3:
        return 0
    composite = numpy.zeros(n // 2, dtype=numpy.uint8)
    composite[0] = 1
    i = 1
    while (2 * i + 1) * (2 * i + 1) <= n:
        if composite[i] == 0:
            p = 2 * i + 1
            for m in range(p * p // 2, n // 2, p):
                composite[m] = 1
        i += 1
    primes = 1
    for c in composite:
        primes += 1 - c
    return primes


def setup(variant, n, threads):
    global below
    if threads > 1:
        raise peer.No("one thread only")
    below = n
    count(100)  # compiles


def run():
    return count(below)


if __name__ == "__main__":
    peer.serve(setup, run)
