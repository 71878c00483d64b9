"""fanout with gevent: http.client under its monkey patch, a greenlet and a kept
connection for each request at a time."""

from gevent import monkey

# sys: the peer's own channel is the true standard input.
monkey.patch_all(sys=False)

import itertools  # noqa: E402

import fanout_load  # noqa: E402
import gevent  # noqa: E402

load = None
connections = []


def setup(variant, n, threads):
    global load, connections
    fanout_load.deep()
    for connection in connections:
        connection.close()
    load = fanout_load.Load(variant, n, threads)
    connections = [fanout_load.Connection(load) for _ in range(load.c)]


def run():
    numbers = itertools.count()

    def work(connection):
        total = 0
        for i in numbers:
            if i >= load.n:
                break
            total += connection.value(i)
        return total

    greenlets = [gevent.spawn(work, connection) for connection in connections]
    gevent.joinall(greenlets, raise_error=True)
    return sum(g.value for g in greenlets)


if __name__ == "__main__":
    import peer

    peer.serve(setup, run)
