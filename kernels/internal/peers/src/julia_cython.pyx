"""The Julia set, see julia.c, in Cython: plain doubles, prange over the rows."""

import numpy
from cython.parallel import prange

cdef long side = 0
cdef int team = 1
counts = None


def setup(variant, n, threads):
    global side, team, counts
    side, team = n, threads
    counts = numpy.zeros((n, n), dtype=numpy.int32)


cdef int escape(double zr, double zi) nogil:
    cdef int n = 0
    cdef double rr = zr * zr, ii = zi * zi
    while n < 300 and rr + ii < 4:
        zi = 2 * zr * zi - 0.42193
        zr = rr - ii - 0.62772
        rr = zr * zr
        ii = zi * zi
        n += 1
    return n


def run():
    cdef int[:, ::1] out = counts
    cdef long x, y, n = side
    cdef double step = 3.6 / n
    for y in prange(n, schedule="dynamic", chunksize=1, nogil=True, num_threads=team):
        for x in range(n):
            out[y, x] = escape(-1.8 + x * step, 1.8 - y * step)


def checksum():
    return float(counts.sum())
