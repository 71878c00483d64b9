package socket

// A tracker follows the bytes that zmq4 writes: it tells the handshake, which
// we have already held with the peer, from messages, and where messages end.
// It relies on nothing about how the bytes are cut into writes.
type tracker struct {
	greeted int  // bytes of the greeting seen
	open    bool // the READY command has been seen too
	header  [maxHeaderSize]byte
	n       int    // bytes of the running frame's header seen
	body    uint64 // bytes of its body still to come
	more    bool   // another frame follows
}

// step takes in a prefix of b, at least one byte, and tells whether it is part
// of messages and so is for the peer.
func (t *tracker) step(b []byte) (n int, message bool) {
	message = t.open
	switch {
	case t.greeted < greetingSize:
		n = min(len(b), greetingSize-t.greeted)
		t.greeted += n
		return n, false
	case t.body > 0:
		n = int(min(uint64(len(b)), t.body))
		t.body -= uint64(n)
	default:
		if t.n == 0 {
			t.header[0], n, t.n = b[0], 1, 1
		}
		need := headerSize(t.header[0])
		k := copy(t.header[t.n:need], b[n:])
		if n, t.n = n+k, t.n+k; t.n < need {
			return n, message
		}
		t.more = t.header[0]&flagMore != 0
		t.body = frameSize(t.header[:need])
	}
	if t.body == 0 {
		t.n = 0
		t.open = true
	}
	return n, message
}

// between reports whether the last message is complete.
func (t *tracker) between() bool { return t.n == 0 && t.body == 0 && !t.more }
