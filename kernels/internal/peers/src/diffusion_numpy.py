"""Diffusion, see diffusion.c, with NumPy: the book's fastest form, which adds
shifted views in place and makes no temporary arrays (Gorelick and Ozsvald,
chapter 6, roll_add). NumPy does it on one thread."""

import numpy

import peer


def setup(variant, n, threads):
    global steps, start, grid, work, weights
    if threads != 1:
        raise peer.No("NumPy adds arrays on one thread")
    steps = 500 if n <= 1024 else 20
    start = numpy.zeros((n, n))
    low, high = int(0.4 * n), int(0.5 * n)
    start[low:high, low:high] = 0.005
    grid, work = numpy.zeros((n, n)), numpy.zeros((n, n))
    weights = (numpy.arange(n * n) % 97 + 1).reshape(n, n)


def roll_add(rollee, shift, axis, out):
    if shift == 1 and axis == 0:
        out[1:, :] += rollee[:-1, :]
        out[0, :] += rollee[-1, :]
    elif shift == -1 and axis == 0:
        out[:-1, :] += rollee[1:, :]
        out[-1, :] += rollee[0, :]
    elif shift == 1 and axis == 1:
        out[:, 1:] += rollee[:, :-1]
        out[:, 0] += rollee[:, -1]
    else:
        out[:, :-1] += rollee[:, 1:]
        out[:, -1] += rollee[:, 0]


def run():
    global grid, work
    numpy.copyto(grid, start)
    for _ in range(steps):
        numpy.multiply(grid, -4.0, out=work)
        roll_add(grid, +1, 0, work)
        roll_add(grid, -1, 0, work)
        roll_add(grid, +1, 1, work)
        roll_add(grid, -1, 1, work)
        work *= 0.1
        work += grid
        grid, work = work, grid


def checksum():
    return float((grid * weights).sum())


if __name__ == "__main__":
    peer.serve(setup, run, checksum)
