"""Darts, see pi.c, with NumPy: the same numbers, in blocks that fit a cache."""

import numpy

import peer

BLOCK = 1 << 15


def setup(variant, n, threads):
    global darts, steps
    darts = n
    steps = (numpy.arange(1, BLOCK + 1, dtype=numpy.uint64)) * numpy.uint64(0x9E3779B97F4A7C15)


def run():
    u = numpy.uint64
    inside = 0
    for lo in range(0, darts, BLOCK):
        z = steps[: min(BLOCK, darts - lo)] + u((42 + lo * 0x9E3779B97F4A7C15) & (2**64 - 1))
        z ^= z >> u(30)
        z *= u(0xBF58476D1CE4E5B9)
        z ^= z >> u(27)
        z *= u(0x94D049BB133111EB)
        z ^= z >> u(31)
        x = z >> u(33)
        y = (z >> u(1)) & u(0x7FFFFFFF)
        inside += int((x * x + y * y < u(1 << 62)).sum())
    return inside


if __name__ == "__main__":
    peer.serve(setup, run)
