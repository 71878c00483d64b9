"""Diffusion, see diffusion.c, in Cython: loops over typed memory, OpenMP by
prange in one parallel region."""

import numpy
from cython.parallel import parallel, prange

cdef long side = 0
cdef long steps = 0
cdef int team = 1
start = None
grids = None


def setup(variant, n, threads):
    global side, steps, team, start, grids
    side, steps, team = n, 500 if n <= 1024 else 20, threads
    start = numpy.zeros((n, n))
    low, high = int(0.4 * n), int(0.5 * n)
    start[low:high, low:high] = 0.005
    grids = numpy.zeros((n, n)), numpy.zeros((n, n))


cdef inline void row(double *to, double *up, double *mid, double *down, long n) nogil:
    cdef long x
    to[0] = mid[0] + 0.1 * ((up[0] + down[0]) + (mid[n - 1] + mid[1]) - 4 * mid[0])
    for x in range(1, n - 1):
        to[x] = mid[x] + 0.1 * ((up[x] + down[x]) + (mid[x - 1] + mid[x + 1]) - 4 * mid[x])
    to[n - 1] = mid[n - 1] + 0.1 * ((up[n - 1] + down[n - 1]) + (mid[n - 2] + mid[0]) - 4 * mid[n - 1])


def run():
    cdef double[:, ::1] first = start, even = grids[0], odd = grids[1]
    cdef double *origin = &first[0, 0]
    cdef double *a = &even[0, 0]
    cdef double *b = &odd[0, 0]
    cdef long s, y, n = side, count = steps
    with nogil, parallel(num_threads=team):
        for s in range(count):
            for y in prange(n, schedule="static"):
                row((b if s % 2 == 0 else a) + y * n,
                    (origin if s == 0 else a if s % 2 == 0 else b) + (y - 1 if y else n - 1) * n,
                    (origin if s == 0 else a if s % 2 == 0 else b) + y * n,
                    (origin if s == 0 else a if s % 2 == 0 else b) + (y + 1 if y + 1 < n else 0) * n, n)


def checksum():
    last = grids[steps % 2].ravel()
    return float((last * (numpy.arange(last.size) % 97 + 1)).sum())
