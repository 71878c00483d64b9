"""dedupe as one writes it in Python: a dictionary. Variants: serial, and process,
which sends parts of the text to workers of multiprocessing and cleans what they
send back once more. Run by CPython and PyPy."""

import multiprocessing

MASK = (1 << 64) - 1


def generate(n):
    side = 2
    while (side + 1) * (side + 1) <= n:
        side += 1
    lines = []
    state = 1
    for _ in range(n):
        v = []
        for below in (side, side, 1000):
            state = state + 0x9E3779B97F4A7C15 & MASK
            z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
            z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
            v.append((z ^ z >> 31) % below)
        o, d, w = v
        if o == d:
            d = (d + 1) % side
        lines.append("%d %d %d\n" % (o, d, 1 + w))
    return "".join(lines)


def parse(text):
    for line in text.splitlines():
        o, d, w = line.split()
        yield int(o), int(d), int(w)


def clean(roads):
    seen = {}
    out = []
    for o, d, w in roads:
        if (o, d) in seen:
            continue
        w = seen.get((d, o), w)
        seen[o, d] = w
        out.append((o, d, w))
    return out


def clean_text(text):
    return clean(parse(text))


variant = pool = parts = roads = None


def setup(name, n, threads):
    global variant, pool, parts
    import peer

    if name not in ("serial", "process") or name == "serial" and threads != 1:
        raise peer.No("only serial, on one thread, and process")
    variant = name
    text = generate(n)
    if pool is not None:
        pool.terminate()
        pool = None
    parts = []
    at = 0
    for k in range(threads):
        end = len(text) if k == threads - 1 else text.index("\n", len(text) * (k + 1) // threads) + 1
        parts.append(text[at:end])
        at = end
    if name == "process":
        pool = multiprocessing.Pool(threads)


def run():
    global roads
    if variant == "serial":
        roads = clean_text(parts[0])
    else:
        roads = clean(road for part in pool.map(clean_text, parts, chunksize=1) for road in part)
    return 0.0


def checksum():
    total = 0
    for i, (o, d, w) in enumerate(roads):
        total += (i + 1) * (1000003 * o + 10007 * d + w)
    return total & (1 << 53) - 1


if __name__ == "__main__":
    import peer

    peer.serve(setup, run, checksum)
