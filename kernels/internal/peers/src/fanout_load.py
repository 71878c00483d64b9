"""What the clients of kernel fanout have in common: reading VARIANT, asking for
one article over http.client, and the checksum.

VARIANT is words with commas between, such as "goroutine,port=40123,keepalive=0":
the port of the server on 127.0.0.1 (else the environment's WEFT_FANOUT_PORT) and
whether connections are kept for the next request (yes, if not said). The
number of requests at a time is c=512 of the variant, else THREADS, and 0 of
these means 100. N is the number of requests.

Checksum: the sum of the ids in the responses, of the sizes of their bodies, and
of those that say that the article exists.
"""

import http.client
import json
import os
import sys

import peer


class Load:
    """The arguments of a setup."""

    def __init__(self, variant, n, threads):
        words = dict(w.split("=", 1) for w in variant.split(",") if "=" in w)
        port = words.get("port") or os.environ.get("WEFT_FANOUT_PORT")
        if not port:
            raise peer.No("port of the server is not known: port=40123 in VARIANT or WEFT_FANOUT_PORT")
        self.port = int(port)
        self.host = "127.0.0.1"
        self.n = n
        self.c = int(words.get("c") or threads) or 100
        self.keep = words.get("keepalive", "1") != "0"


class Connection:
    """A connection for one request at a time, kept open if the load says so."""

    def __init__(self, load):
        self.load = load
        self.http = http.client.HTTPConnection(load.host, load.port)

    def value(self, i):
        """Asks for article i and returns its part of the checksum."""
        self.http.request("GET", "/article/%d" % i)
        response = self.http.getresponse()
        body = response.read()
        if not self.load.keep:
            self.http.close()
        return value(body)

    def close(self):
        self.http.close()


def value(body):
    """A response's part of the checksum."""
    doc = json.loads(body)
    return doc["id"] + len(body) + doc["exists"]


def deep():
    """Lets this process have as many descriptors as it may."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit("fanout_load.py is part of the other fanout sources")
