"""Counts the primes below n, see primes.c, with NumPy: a byte for each odd
number, marked by strided assignment."""

import math

import numpy

import peer


def setup(variant, n, threads):
    global below
    below = n


def run():
    n = below
    if n < 3:
        return 0
    prime = numpy.ones(n // 2, dtype=bool)
    prime[0] = False
    for i in range(1, math.isqrt(n) // 2 + 1):
        if prime[i]:
            p = 2 * i + 1
            prime[p * p // 2 :: p] = False
    return int(prime.sum()) + 1


if __name__ == "__main__":
    peer.serve(setup, run)
