"""fanout with asyncio and aiohttp: one session, a task for each request at a
time."""

import asyncio
import itertools

import aiohttp
import fanout_load

loop = asyncio.new_event_loop()
load = session = None


def setup(variant, n, threads):
    global load, session
    fanout_load.deep()
    done()
    load = fanout_load.Load(variant, n, threads)
    session = loop.run_until_complete(connect())


async def connect():
    connector = aiohttp.TCPConnector(limit=load.c, force_close=not load.keep)
    return aiohttp.ClientSession(connector=connector)


async def everything():
    numbers = itertools.count()
    base = "http://%s:%d/article/" % (load.host, load.port)

    async def work():
        total = 0
        for i in numbers:
            if i >= load.n:
                break
            async with session.get(base + str(i)) as response:
                total += fanout_load.value(await response.read())
        return total

    return sum(await asyncio.gather(*(work() for _ in range(load.c))))


def run():
    return loop.run_until_complete(everything())


def done():
    if session is not None:
        loop.run_until_complete(session.close())


if __name__ == "__main__":
    import peer

    peer.serve(setup, run)
    done()
