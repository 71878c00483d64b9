"""fanout with a concurrent.futures.ThreadPoolExecutor. Every thread has a
connection of its own, which is kept from run to run."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import fanout_load

load = pool = connections = None


def setup(variant, n, threads):
    global load, pool, connections
    fanout_load.deep()
    done()
    load = fanout_load.Load(variant, n, threads)
    pool = ThreadPoolExecutor(load.c)
    connections = [fanout_load.Connection(load) for _ in range(load.c)]


def run():
    numbers = itertools.count()

    def work(connection):
        total = 0
        while True:
            i = next(numbers)  # one step under the lock of the interpreter
            if i >= load.n:
                return total
            total += connection.value(i)

    return sum(pool.map(work, connections))


def done():
    if pool is not None:
        pool.shutdown()
        for connection in connections:
            connection.close()


if __name__ == "__main__":
    import peer

    peer.serve(setup, run)
