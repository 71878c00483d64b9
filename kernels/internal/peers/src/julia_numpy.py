"""The Julia set, see julia.c, with NumPy: all points at once, those that have
escaped taken out of the arrays after each iteration."""

import numpy

import peer


def setup(variant, n, threads):
    global side
    side = n


def run():
    global counts
    step = 3.6 / side
    at = numpy.arange(side)
    zr = numpy.tile(-1.8 + at * step, side)
    zi = numpy.repeat(1.8 - at * step, side)
    counts = numpy.zeros(side * side, dtype=numpy.int32)
    index = numpy.arange(side * side)
    for n in range(300):
        rr, ii = zr * zr, zi * zi
        inside = rr + ii < 4
        if not inside.all():
            counts[index[~inside]] = n
            zr, zi, rr, ii, index = zr[inside], zi[inside], rr[inside], ii[inside], index[inside]
        zi = 2 * zr * zi - 0.42193
        zr = rr - ii - 0.62772
    counts[index] = 300


def checksum():
    return float(counts.sum())


if __name__ == "__main__":
    peer.serve(setup, run, checksum)
