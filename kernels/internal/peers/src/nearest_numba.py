"""nearest with Numba: the minimum of distance << 32 | destination for each origin.
Variant: packed."""

import numba
import numpy as np

import dedupe_numba


@numba.njit
def look(roads, best):
    best[:] = np.int64(0x7FFFFFFFFFFFFFFF)
    lo, hi = 0x7FFFFFFF, -1
    for i in range(roads.shape[0]):
        w = roads[i, 2]
        lo = min(lo, w)
        hi = max(hi, w)
        pair = np.int64(w) << 32 | np.int64(roads[i, 1])
        o = roads[i, 0]
        if pair < best[o]:
            best[o] = pair
    return lo, hi


roads = best = None
low = high = 0


def setup(variant, n, threads):
    global roads, best
    import peer

    if variant != "packed" or threads != 1:
        raise peer.No("only packed, on one thread")
    dedupe_numba.setup("dense", n, 1)
    roads = dedupe_numba.out[: dedupe_numba.kept].copy()
    best = np.zeros(dedupe_numba.side, np.int64)
    run()


def run():
    global low, high
    low, high = look(roads, best)
    return 0.0


def checksum():
    total = 10**9 * low + high
    for origin, pair in enumerate(best.tolist()):
        if pair != 0x7FFFFFFFFFFFFFFF:
            total += (origin + 1) * (1001 * (pair & 0xFFFFFFFF) + (pair >> 32))
    return total & (1 << 53) - 1


if __name__ == "__main__":
    import peer

    peer.serve(setup, run, checksum)
