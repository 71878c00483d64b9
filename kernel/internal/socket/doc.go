// Package socket opens the five ZeroMQ sockets of a Jupyter kernel and moves
// raw frames over them. It knows nothing of Jupyter's messages.
//
// Shell, control and stdin are ROUTER sockets, heartbeat speaks as a REP that
// is answered in here; these four are sockets of go-zeromq/zmq4 v0.17.0. Below
// zmq4 lies a transport of our own, because that library trusts its peers: one
// silent TCP connection stops its accept loop, one frame header or one READY
// command ends the process, one client that stops reading takes all others with
// it. What a connection goes through:
//
//	door      accepts, on its own goroutine; waits out a lack of descriptors
//	greet     speaks the whole ZMTP handshake under a deadline, one goroutine per
//	          connection; zmq4 is shown the same handshake again from memory,
//	          with metadata we made, when nothing can go wrong with it any more
//	reader    checks every frame header before anything is allocated for it,
//	          answers PING, hides commands from zmq4
//	outbox    queues what is written, sends a message's frames in one write, and
//	          drops a client that has taken nothing for Options.Stall
//	routes    finds the newest connection of an identity
//
// IOPub speaks ZMTP's PUB side directly, in [hub], on the same doors and
// outboxes. zmq4's PUB has one unbounded queue for all subscribers and one
// goroutine that writes to them in turn; a transport below it can see neither
// which subscriber a message is meant for nor how much is still above it, so it
// could bound memory only by counting, and could not send the welcome message of
// JEP 65. It is also faster: BenchmarkPublish, messages of 7 frames and 1.9 kB,
// subscribers in the same process that only count bytes, two cores of an AMD EPYC
// with other load, range of three runs of each in one go:
//
//	          1 subscriber    4 subscribers
//	hub       1.0-1.1 us      1.9-2.3 us      per message, until all have arrived
//	zmq4      4.9-5.5 us      20-23 us
//
// A message of 6 frames of 300 bytes makes the round trip through a ROUTER in
// 24-26 us there (BenchmarkRouterRoundTrip), 54 us with libzmq's client in Python.
// zmq4 alone makes two writes per frame. Writing from Send itself instead of from
// the outbox's goroutine would save a switch; it was not tried.
//
// ZMTP 3.0 (https://rfc.zeromq.org/spec/23/) with the NULL mechanism is spoken,
// as is ZMTP 3.1's SUBSCRIBE and CANCEL when a client uses them.
package socket
