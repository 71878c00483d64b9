package socket

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/go-zeromq/zmq4"
)

// greet holds the handshake with the peer until the door's deadline and prepares
// the one that zmq4 will see. It gives io.EOF when the peer left without a word.
func (p *peer) greet() error {
	p.Conn.SetDeadline(time.Now().Add(p.door.o.Handshake))
	if _, err := p.Conn.Write(ourGreeting); err != nil {
		return fmt.Errorf("send greeting: %w", err)
	}
	var g [greetingSize]byte
	// The signature comes first: a web browser sends fewer than 64 bytes and waits.
	if _, err := io.ReadFull(p.feed.r.br, g[:1]); err != nil {
		return quiet(err)
	}
	if g[0] != 0xff {
		return errors.New("not a ZMTP greeting")
	}
	if _, err := io.ReadFull(p.feed.r.br, g[1:]); err != nil {
		return fmt.Errorf("read greeting: %w", unexpected(err))
	}
	if err := checkGreeting(g[:]); err != nil {
		return err
	}
	if _, err := p.Conn.Write(appendReady(nil, string(p.door.kind.speaks), "")); err != nil {
		return fmt.Errorf("send READY: %w", err)
	}
	if err := p.ready(); err != nil {
		return fmt.Errorf("read READY: %w", unexpected(err))
	}
	p.Conn.SetDeadline(time.Time{})
	return nil
}

// ready reads the peer's READY command.
func (p *peer) ready() error {
	fr, err := p.feed.r.next()
	if err != nil {
		return err
	}
	if !fr.command() {
		return errors.New("message before the handshake's end")
	}
	body, err := p.feed.r.body(fr)
	if err != nil {
		return err
	}
	name, data, err := splitCommand(body)
	if err != nil {
		return err
	}
	if name != "READY" {
		return fmt.Errorf("command %.20q instead", name)
	}
	theirs, identity, err := parseReady(data)
	if err != nil {
		return err
	}
	// Asked of our type: zmq4's IsCompatible panics when its receiver is unknown.
	if !p.door.kind.speaks.IsCompatible(zmq4.SocketType(theirs)) {
		return fmt.Errorf("socket type %.20q does not go with %s", theirs, p.door.kind.speaks)
	}
	if p.identity = identity; identity == "" {
		p.identity = nameless()
	}
	p.feed.replay = appendReady(append([]byte(nil), ourGreeting...), theirs, p.inner())
	return nil
}

// nameless makes an identity for a client that has none. The leading zero is
// reserved for this, so that it can't be anyone's chosen one.
func nameless() string {
	var b [9]byte
	rand.Read(b[1:])
	return string(b[:])
}

// innerSize is the length of the number that inner puts before an identity.
const innerSize = 16

// inner is the identity by which zmq4 knows the connection: unique, so that zmq4
// sends to one connection only, with the identity that the client goes by behind it.
func (p *peer) inner() string {
	const digits = "0000000000000000"
	n := strconv.FormatUint(p.number, 16)
	return digits[len(n):] + n + p.identity
}

// quiet turns a deadline that passed without a byte into words.
func quiet(err error) error {
	if err == io.EOF {
		return err
	}
	return fmt.Errorf("read greeting: %w", err)
}
