"""Diffusion, see diffusion.c, compiled by Pythran: whole rows as array
expressions, which it vectorises, and OpenMP over the rows."""

import numpy


# pythran export sweep(float64[:, :], float64[:, :])
def sweep(to, u):
    n = u.shape[0]
    # omp parallel for schedule(static)
    for y in range(n):
        up = n - 1 if y == 0 else y - 1
        down = 0 if y == n - 1 else y + 1
        to[y, 1:-1] = u[y, 1:-1] + 0.1 * ((u[up, 1:-1] + u[down, 1:-1]) + (u[y, :-2] + u[y, 2:]) - 4.0 * u[y, 1:-1])
        to[y, 0] = u[y, 0] + 0.1 * ((u[up, 0] + u[down, 0]) + (u[y, n - 1] + u[y, 1]) - 4.0 * u[y, 0])
        to[y, n - 1] = u[y, n - 1] + 0.1 * ((u[up, n - 1] + u[down, n - 1]) + (u[y, n - 2] + u[y, 0]) - 4.0 * u[y, n - 1])


if __name__ == "__main__":
    import peer

    compiled = peer.pythran(__file__)

    def setup(variant, n, threads):
        global steps, start, grids, weights
        steps = 500 if n <= 1024 else 20
        start = numpy.zeros((n, n))
        low, high = int(0.4 * n), int(0.5 * n)
        start[low:high, low:high] = 0.005
        grids = numpy.zeros((n, n)), numpy.zeros((n, n))
        weights = (numpy.arange(n * n) % 97 + 1).reshape(n, n)

    def run():
        u = start
        for s in range(1, steps + 1):
            compiled.sweep(grids[s % 2], u)
            u = grids[s % 2]

    def checksum():
        return float((grids[steps % 2] * weights).sum())

    peer.serve(setup, run, checksum)
