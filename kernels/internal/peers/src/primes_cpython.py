"""Counts the primes below n, see primes.c, in plain Python (CPython and PyPy):
slices of a bytearray."""

import peer


def setup(variant, n, threads):
    global below
    below = n


def run():
    n = below
    if n < 3:
        return 0
    half = n // 2
    composite = bytearray(half)
    composite[0] = 1
    i = 1
    while (2 * i + 1) ** 2 <= n:
        if not composite[i]:
            p = 2 * i + 1
            first = p * p // 2
            composite[first::p] = b"\x01" * len(range(first, half, p))
        i += 1
    return 1 + half - sum(composite)


if __name__ == "__main__":
    peer.serve(setup, run)
