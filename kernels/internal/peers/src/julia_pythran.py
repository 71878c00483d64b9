"""The Julia set, see julia.c, compiled by Pythran, OpenMP over the rows."""

import numpy


# pythran export fill(int32[:, :])
def fill(counts):
    side = counts.shape[0]
    step = 3.6 / side
    # omp parallel for schedule(dynamic, 1)
    for y in range(side):
        for x in range(side):
            zr = -1.8 + x * step
            zi = 1.8 - y * step
            rr = zr * zr
            ii = zi * zi
            n = 0
            while n < 300 and rr + ii < 4.0:
                zi = 2.0 * zr * zi - 0.42193
                zr = rr - ii - 0.62772
                rr = zr * zr
                ii = zi * zi
                n += 1
            counts[y, x] = n


if __name__ == "__main__":
    import peer

    compiled = peer.pythran(__file__)

    def setup(variant, n, threads):
        global counts
        counts = numpy.zeros((n, n), dtype=numpy.int32)

    def run():
        compiled.fill(counts)

    def checksum():
        return float(counts.sum())

    peer.serve(setup, run, checksum)
