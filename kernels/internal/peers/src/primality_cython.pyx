"""Trial division, see primality.c, in Cython: one thread divides a block after
the other, prange gives each thread its share of the blocks."""

from cython.parallel import prange
from libc.math cimport sqrt

cdef unsigned long long number = 0
cdef int team = 1


def setup(variant, n, threads):
    global number, team
    number, team = n, threads


cdef int has_divisor(unsigned long long n, unsigned long long lo, unsigned long long hi) nogil:
    cdef unsigned long long d = lo
    while d < hi:
        if n % d == 0:
            return 1
        d += 2
    return 0


def run():
    cdef unsigned long long n = number, root = <unsigned long long>sqrt(<double>number)
    cdef long block, blocks, found = 0
    cdef int *flag
    cdef int up = 0
    if n % 2 == 0:
        return 0
    while root * root < n:
        root += 1
    blocks = root // 2000 + 1
    flag = &up
    for block in prange(blocks, schedule="dynamic", chunksize=64, nogil=True, num_threads=team):
        if flag[0] == 0:
            if has_divisor(n, 3 + block * 2000, min(3 + (block + 1) * 2000, root + 1)):
                flag[0] = 1
    return 1 - up
