"""Darts, see pi.c, in plain Python (CPython and PyPy)."""

import peer


def setup(variant, n, threads):
    global darts
    darts = n


def run():
    mask = (1 << 64) - 1
    state, inside, limit = 42, 0, 1 << 62
    for _ in range(darts):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        x, y = z >> 33, z >> 1 & 0x7FFFFFFF
        if x * x + y * y < limit:
            inside += 1
    return inside


if __name__ == "__main__":
    peer.serve(setup, run)
