"""sum by NumPy. Variant: serial."""

import numpy as np

x = None


def setup(variant, n, threads):
    global x
    import peer

    if variant != "serial" or threads != 1:
        raise peer.No("only serial, on one thread")
    z = np.uint64(1) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    x = (z ^ z >> np.uint64(31)).astype(np.int64) >> 32


def run():
    return float(x.sum())


if __name__ == "__main__":
    import peer

    peer.serve(setup, run)
