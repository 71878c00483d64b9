"""sort by NumPy. Variants: quick, NumPy's default, and stable, its radix or
merge sort. Copying the numbers, which are sorted again each time, is timed."""

import numpy as np

numbers = x = kind = None


def setup(variant, n, threads):
    global numbers, x, kind
    import peer

    kinds = {"quick": "quicksort", "stable": "stable"}
    if variant not in kinds or threads != 1:
        raise peer.No("only quick and stable, on one thread")
    kind = kinds[variant]
    z = np.uint64(1) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    numbers = (z ^ z >> np.uint64(31)).astype(np.int64)
    x = numbers.copy()


def run():
    x[:] = numbers
    x.sort(kind=kind)
    return 0.0


def checksum():
    line = np.arange(1, len(x) + 1, dtype=np.uint64)
    return int(np.sum(line * x.astype(np.uint64), dtype=np.uint64)) & (1 << 53) - 1


if __name__ == "__main__":
    import peer

    peer.serve(setup, run, checksum)
