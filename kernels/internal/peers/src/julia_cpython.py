"""The Julia set, see julia.c, in plain Python (CPython and PyPy): complex as the
book begins, scalar with the real and imaginary part apart."""

import peer


def setup(variant, n, threads):
    global side, fill
    side = n
    fill = {"complex": complex_row, "scalar": scalar_row}.get(variant)
    if fill is None:
        raise peer.No("unknown variant")


def complex_row(y, side):
    step = 3.6 / side
    c = complex(-0.62772, -0.42193)
    counts = [0] * side
    for x in range(side):
        z = complex(-1.8 + x * step, 1.8 - y * step)
        n = 0
        while n < 300 and abs(z) < 2:
            z = z * z + c
            n += 1
        counts[x] = n
    return counts


def scalar_row(y, side):
    step = 3.6 / side
    counts = [0] * side
    for x in range(side):
        zr, zi = -1.8 + x * step, 1.8 - y * step
        rr, ii = zr * zr, zi * zi
        n = 0
        while n < 300 and rr + ii < 4:
            zi = 2 * zr * zi - 0.42193
            zr = rr - ii - 0.62772
            rr, ii = zr * zr, zi * zi
            n += 1
        counts[x] = n
    return counts


def run():
    global rows
    rows = [fill(y, side) for y in range(side)]


def checksum():
    return sum(map(sum, rows))


if __name__ == "__main__":
    peer.serve(setup, run, checksum)
