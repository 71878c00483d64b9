package socket

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A hub is the publishing side of iopub.
type hub struct {
	o       *Options
	wake    chan struct{} // something changed at a subscriber; holds one
	stopped chan struct{}

	turn sync.Mutex // held by the Publish whose turn it is; keeps the order

	mu          sync.Mutex
	subscribers map[*subscriber]struct{}
	slab        slab
	pieces      [][]byte // of the running message
}

// A subscriber is one connection to iopub.
type subscriber struct {
	p      *peer
	topics map[string]int // subscriptions, counted; guarded by hub.mu
	bytes  int            // of topics' keys; likewise
}

func newHub(o *Options) *hub {
	return &hub{
		o:           o,
		wake:        make(chan struct{}, 1),
		stopped:     make(chan struct{}),
		subscribers: map[*subscriber]struct{}{},
	}
}

// changed is called when a subscriber has taken bytes or is gone.
func (h *hub) changed() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// publish sends a message to those who subscribed to a prefix of its first frame.
func (h *hub) publish(frames [][]byte) error {
	h.turn.Lock()
	defer h.turn.Unlock()
	if err := h.room(frames[0]); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pieces = h.pieces[:0]
	for s := range h.subscribers {
		if !s.wants(frames[0]) {
			continue
		}
		if len(h.pieces) == 0 {
			h.pieces = encode(h.pieces, &h.slab, frames)
		}
		s.p.out.put(h.pieces)
	}
	clear(h.pieces)
	return nil
}

// room waits until the subscribers of a topic have room for a message.
func (h *hub) room(topic []byte) error {
	for {
		wait, hopeless := h.crowded(topic)
		for _, p := range hopeless {
			p.drop(fmt.Errorf("reads nothing while others do, %d bytes are waiting", p.out.size.Load()))
		}
		if !wait {
			break
		}
		select {
		case <-h.wake:
		case <-time.After(h.o.Patience / 4): // one may have stalled, which wakes nobody
		case <-h.stopped:
			return ErrClosed
		}
	}
	select {
	case <-h.stopped:
		return ErrClosed
	default:
		return nil
	}
}

// crowded decides whether a message has to wait: while a subscriber that makes
// progress has more than HighWater queued, or all have that stalled. One that
// stalled is not waited for when another keeps up; it is hopeless when it has
// backlogFactor times HighWater queued.
func (h *hub) crowded(topic []byte) (wait bool, hopeless []*peer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	full, keepUp := 0, 0
	for s := range h.subscribers {
		if !s.wants(topic) {
			continue
		}
		size := s.p.out.size.Load()
		switch {
		case size <= int64(h.o.HighWater):
			keepUp++
		case !s.p.out.stalled():
			wait = true
		default:
			full++
			if size > backlogFactor*int64(h.o.HighWater) {
				hopeless = append(hopeless, s.p)
			}
		}
	}
	switch {
	case wait:
		return true, nil
	case full > 0 && keepUp == 0:
		return true, nil
	}
	return false, hopeless
}

// wants reports whether s subscribed to a prefix of topic.
func (s *subscriber) wants(topic []byte) bool {
	if s.topics[""] > 0 {
		return true
	}
	for t := range s.topics {
		if len(topic) >= len(t) && string(topic[:len(t)]) == t {
			return true
		}
	}
	return false
}

// serve is iopub's [kind.serve]: it reads subscriptions until the peer is gone.
func (h *hub) serve(p *peer) {
	s := &subscriber{p: p, topics: map[string]int{}}
	p.feed.command = func(name string, data []byte) error {
		switch name { // ZMTP 3.1
		case "SUBSCRIBE":
			return h.subscribe(s, data)
		case "CANCEL":
			return h.cancel(s, data)
		}
		return p.answer(name, data)
	}
	h.mu.Lock()
	h.subscribers[s] = struct{}{}
	h.mu.Unlock()
	p.drop(h.listen(s))
	h.mu.Lock()
	delete(h.subscribers, s)
	h.mu.Unlock()
	h.changed()
}

// listen takes in subscriptions until the connection ends.
func (h *hub) listen(s *subscriber) error {
	for {
		message, err := s.p.feed.message()
		if err != nil {
			return err
		}
		switch {
		case len(message) != 1 || len(message[0]) == 0:
		case message[0][0] == 1:
			err = h.subscribe(s, message[0][1:])
		case message[0][0] == 0:
			err = h.cancel(s, message[0][1:])
		}
		if err != nil {
			return err
		}
	}
}

// subscribe records a subscription and welcomes it if it is new. Nothing that is
// published comes between, and what is published later comes after.
func (h *hub) subscribe(s *subscriber, topic []byte) error {
	h.mu.Lock()
	fresh := s.topics[string(topic)] == 0
	h.mu.Unlock()
	var welcome [][]byte
	if fresh && h.o.Welcome != nil {
		welcome = h.o.Welcome(bytes.Clone(topic))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if fresh {
		s.bytes += len(topic)
		if len(s.topics) == maxTopics || s.bytes > maxTopicBytes {
			return errors.New("too many subscriptions")
		}
	}
	s.topics[string(topic)]++
	if len(welcome) > 0 {
		s.p.out.put(encode(nil, &h.slab, welcome))
	}
	return nil
}

// cancel takes a subscription back.
func (h *hub) cancel(s *subscriber, topic []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch n := s.topics[string(topic)]; n {
	case 0: // never subscribed
	case 1:
		delete(s.topics, string(topic))
		s.bytes -= len(topic)
	default:
		s.topics[string(topic)] = n - 1
	}
	return nil
}

// stop ends waiting in publish; later ones fail.
func (h *hub) stop() { close(h.stopped) }
