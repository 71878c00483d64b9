"""The Julia set, see julia.c, with Numba: plain floats, rows in parallel."""

import numba
import numpy

import peer


@numba.njit(parallel=True, cache=False)
def fill(counts):
    side = counts.shape[0]
    step = 3.6 / side
    for y in numba.prange(side):
        for x in range(side):
            zr, zi = -1.8 + x * step, 1.8 - y * step
            rr, ii = zr * zr, zi * zi
            n = 0
            while n < 300 and rr + ii < 4.0:
                zi = 2.0 * zr * zi - 0.42193
                zr = rr - ii - 0.62772
                rr, ii = zr * zr, zi * zi
                n += 1
            counts[y, x] = n


def setup(variant, n, threads):
    global counts
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    numba.set_parallel_chunksize(8)  # rows differ in work
    counts = numpy.zeros((n, n), dtype=numpy.int32)
    fill(counts[:1, :1].copy())  # compiles


def run():
    fill(counts)


def checksum():
    return float(counts.sum())


if __name__ == "__main__":
    peer.serve(setup, run, checksum)
