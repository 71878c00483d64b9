"""Diffusion, see diffusion.c, with Numba: explicit loops, rows in parallel."""

import numba
import numpy

import peer


@numba.njit(parallel=True, cache=False)
def sweep(to, u):
    n = u.shape[0]
    for y in numba.prange(n):
        up = n - 1 if y == 0 else y - 1
        down = 0 if y == n - 1 else y + 1
        to[y, 0] = u[y, 0] + 0.1 * ((u[up, 0] + u[down, 0]) + (u[y, n - 1] + u[y, 1]) - 4.0 * u[y, 0])
        for x in range(1, n - 1):
            to[y, x] = u[y, x] + 0.1 * ((u[up, x] + u[down, x]) + (u[y, x - 1] + u[y, x + 1]) - 4.0 * u[y, x])
        to[y, n - 1] = u[y, n - 1] + 0.1 * ((u[up, n - 1] + u[down, n - 1]) + (u[y, n - 2] + u[y, 0]) - 4.0 * u[y, n - 1])


def setup(variant, n, threads):
    global steps, start, grids, weights
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    steps = 500 if n <= 1024 else 20
    start = numpy.zeros((n, n))
    low, high = int(0.4 * n), int(0.5 * n)
    start[low:high, low:high] = 0.005
    grids = numpy.zeros((n, n)), numpy.zeros((n, n))
    weights = (numpy.arange(n * n) % 97 + 1).reshape(n, n)
    sweep(grids[0], start)  # compiles


def run():
    u = start
    for s in range(1, steps + 1):
        sweep(grids[s % 2], u)
        u = grids[s % 2]


def checksum():
    return float((grids[steps % 2] * weights).sum())


if __name__ == "__main__":
    peer.serve(setup, run, checksum)
