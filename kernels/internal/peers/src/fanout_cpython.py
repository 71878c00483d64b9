"""fanout with multiprocessing: as many processes as cores, each with its part of
the requests and of the threads, whose connections are kept from run to run."""

import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import fanout_load

load = None
workers = []


def setup(variant, n, threads):
    global load, workers
    for pipe, process in workers:
        pipe.close()
        process.join()
    load = fanout_load.Load(variant, n, threads)
    fork = get_context("fork")
    processes = min(load.c, os.cpu_count() or 1)
    workers = []
    for k in range(processes):
        ours, theirs = fork.Pipe()
        others = [pipe for pipe, _ in workers] + [ours]
        at_a_time = load.c * (k + 1) // processes - load.c * k // processes
        process = fork.Process(target=serve, args=(theirs, others, load, at_a_time), daemon=True)
        process.start()
        theirs.close()
        workers.append((ours, process))


def serve(pipe, others, load, at_a_time):
    """Sends the requests that it is told, until the pipe's end."""
    for other in others:  # inherited; they would keep the others from seeing their end
        other.close()
    fanout_load.deep()
    pool = ThreadPoolExecutor(at_a_time)
    connections = [fanout_load.Connection(load) for _ in range(at_a_time)]
    while True:
        try:
            numbers = iter(pipe.recv())
        except EOFError:
            return

        def work(connection):
            return sum(connection.value(i) for i in iter(lambda: next(numbers, -1), -1))

        pipe.send(sum(pool.map(work, connections)))


def run():
    for k, (pipe, _) in enumerate(workers):
        pipe.send(range(k, load.n, len(workers)))
    return sum(pipe.recv() for pipe, _ in workers)


if __name__ == "__main__":
    import peer

    peer.serve(setup, run)
