package socket

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// ZMTP 3.0, https://rfc.zeromq.org/spec/23/, section "Formal Grammar".
const (
	flagMore    = 1 << 0
	flagLong    = 1 << 1
	flagCommand = 1 << 2
	flagsKnown  = flagMore | flagLong | flagCommand

	greetingSize  = 64
	maxHeaderSize = 9 // flags and eight bytes of size
	maxIdentity   = 255
)

// Limits on what a peer may send. Jupyter has none; these are far above what a
// notebook sends and far below what ends a process.
const (
	maxMessage      = 1 << 30   // bytes of all frames of a message to a ROUTER or REP
	maxSubscription = 64 << 10  // the same on iopub, where only subscriptions arrive
	maxCommand      = 64 << 10  // bytes of a command
	maxFrames       = 64 << 10  // frames of a message
	maxTopics       = 1 << 10   // different subscriptions of one connection
	maxTopicBytes   = 1 << 20   // bytes of them together
	eagerFrame      = 256 << 10 // frames up to this size may be allocated before they arrived
)

// ourGreeting is what we send first: signature, version 3.0, mechanism NULL.
var ourGreeting = makeGreeting()

func makeGreeting() []byte {
	g := make([]byte, greetingSize)
	g[0], g[9], g[10] = 0xff, 0x7f, 3
	copy(g[12:32], "NULL")
	return g
}

// checkGreeting tells why a peer's greeting can't be answered.
func checkGreeting(g []byte) error {
	switch mechanism := string(bytes.TrimRight(g[12:32], "\x00")); {
	case g[0] != 0xff || g[9] != 0x7f:
		return errors.New("not a ZMTP greeting")
	case g[10] < 3:
		return fmt.Errorf("ZMTP version %d.%d; 3.0 or later is needed", g[10], g[11])
	case mechanism != "NULL":
		return fmt.Errorf("security mechanism %q; NULL is needed", mechanism)
	}
	return nil
}

// appendHeader appends a frame's header. flags has no flagLong.
func appendHeader(b []byte, flags byte, size int) []byte {
	if size <= 255 {
		return append(b, flags, byte(size))
	}
	return binary.BigEndian.AppendUint64(append(b, flags|flagLong), uint64(size))
}

// headerSize tells from a header's first byte how long it is.
func headerSize(flags byte) int {
	if flags&flagLong != 0 {
		return maxHeaderSize
	}
	return 2
}

// frameSize reads the size of a frame's body from its whole header.
func frameSize(header []byte) uint64 {
	if len(header) == maxHeaderSize {
		return binary.BigEndian.Uint64(header[1:])
	}
	return uint64(header[1])
}

// appendCommand appends a whole command frame.
func appendCommand(b []byte, name string, body []byte) []byte {
	b = appendHeader(b, flagCommand, 1+len(name)+len(body))
	b = append(b, byte(len(name)))
	b = append(b, name...)
	return append(b, body...)
}

// appendProperty appends one property of a READY command's metadata.
func appendProperty(b []byte, name, value string) []byte {
	b = append(b, byte(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

// appendReady appends a READY command frame.
func appendReady(b []byte, socketType, identity string) []byte {
	body := appendProperty(nil, "Socket-Type", socketType)
	body = appendProperty(body, "Identity", identity)
	return appendCommand(b, "READY", body)
}

// splitCommand splits a command frame's body into name and data.
func splitCommand(frame []byte) (name string, data []byte, err error) {
	if len(frame) == 0 || len(frame) < 1+int(frame[0]) {
		return "", nil, errors.New("malformed command")
	}
	n := 1 + int(frame[0])
	return string(frame[1:n]), frame[n:], nil
}

// parseReady reads a READY command's metadata. Properties that we have no use
// for are skipped; names are compared without case, as the specification says.
func parseReady(data []byte) (socketType, identity string, err error) {
	malformed := errors.New("malformed READY metadata")
	for len(data) > 0 {
		n := 1 + int(data[0])
		if len(data) < n+4 {
			return "", "", malformed
		}
		name, size := string(data[1:n]), binary.BigEndian.Uint32(data[n:])
		data = data[n+4:]
		if uint64(len(data)) < uint64(size) {
			return "", "", malformed
		}
		value := string(data[:size])
		data = data[size:]
		switch {
		case strings.EqualFold(name, "Socket-Type"):
			socketType = value
		case strings.EqualFold(name, "Identity"):
			identity = value
		}
	}
	if len(identity) > maxIdentity || strings.HasPrefix(identity, "\x00") {
		return "", "", fmt.Errorf("identity %.20q is reserved or too long", identity)
	}
	return socketType, identity, nil
}
