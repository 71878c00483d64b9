"""nearest as one writes it in Python: two dictionaries. Variant: serial. Run by
CPython and PyPy."""

import dedupe_cpython

roads = None
result = None


def setup(variant, n, threads):
    global roads
    import peer

    if variant != "serial" or threads != 1:
        raise peer.No("only serial, on one thread")
    roads = dedupe_cpython.clean_text(dedupe_cpython.generate(n))


def run():
    global result
    near = {}
    low, high = roads[0][2], roads[0][2]
    for o, d, w in roads:
        if w < low:
            low = w
        elif w > high:
            high = w
        best = near.get(o)
        if best is None or (w, d) < best:
            near[o] = w, d
    result = low, high, near
    return 0.0


def checksum():
    low, high, near = result
    total = 10**9 * low + high
    for o, (w, d) in near.items():
        total += (o + 1) * (1001 * d + w)
    return total & (1 << 53) - 1


if __name__ == "__main__":
    import peer

    peer.serve(setup, run, checksum)
