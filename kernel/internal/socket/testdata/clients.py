# libzmq's clients for TestPyzmq. Lines that start with "wrong" fail the test.
import sys, time, statistics, zmq

shell, control, stdin, iopub, hb = (f"tcp://127.0.0.1:{p}" for p in sys.argv[1:])
ctx = zmq.Context()


def client(kind, url, **options):
    s = ctx.socket(kind)
    s.linger = 0
    s.rcvtimeo = 10_000
    for k, v in options.items():
        setattr(s, k, v)
    s.connect(url)
    return s


def want(name, got, wanted):
    if got != wanted:
        print(f"wrong: {name}: got {str(got)[:200]}, want {str(wanted)[:200]}", flush=True)


def round_trips(name, s, frames, n=300):
    took = []
    for _ in range(n):
        t = time.perf_counter()
        s.send_multipart(frames)
        got = s.recv_multipart()
        took.append(time.perf_counter() - t)
        want(name, got, frames)
    took.sort()
    print(f"{name}: {len(frames)} frames: median {statistics.median(took)*1e6:.0f} us, p99 {took[int(n*.99)]*1e6:.0f} us", flush=True)


beating = {"heartbeat_ivl": 20, "heartbeat_timeout": 2000, "heartbeat_ttl": 2000}
round_trips("shell", client(zmq.DEALER, shell), [b"x" * 300] * 6)
round_trips("control", client(zmq.DEALER, control, identity=b"me"), [b"x"] * 6)
round_trips("stdin", client(zmq.REQ, stdin), [b"x" * 300])
round_trips("heartbeat", client(zmq.REQ, hb), [b"ping"])
round_trips("heartbeat, empty", client(zmq.REQ, hb), [b""], 3)
round_trips("large", client(zmq.DEALER, shell), [b"x" * (10 << 20)], 3)

# With the same identity the newest connection is answered.
old = client(zmq.DEALER, shell, identity=b"twin")
old.send(b"1")
want("old twin", old.recv(), b"1")
new = client(zmq.DEALER, shell, identity=b"twin")
new.send(b"2")
want("new twin", new.recv(), b"2")
old.rcvtimeo = 50
try:
    want("old twin", old.recv(), None)
except zmq.Again:
    pass

# ZMTP heartbeats disconnect nobody and disturb no later subscription.
d = client(zmq.DEALER, shell, **beating)
watch = d.get_monitor_socket(zmq.EVENT_DISCONNECTED)
sub = client(zmq.SUB, iopub, rcvhwm=0, **beating)
time.sleep(0.8)
round_trips("with heartbeats", d, [b"a", b"", b"b"], 10)
want("disconnects", watch.poll(0), 0)
sub.subscribe(b"s")
want("welcome", sub.recv_multipart(), [b"s welcome"])

# All that is published before Close arrives.
print("publish", flush=True)
for i in range(20_000):
    got = sub.recv_multipart()
    if got[:2] != [b"s", b"%d" % i]:
        want("published", got[:2], [b"s", b"%d" % i])
        break
ctx.destroy(linger=0)
