package socket

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// A frame is a checked frame header.
type frame struct {
	flags byte
	size  int
}

func (f frame) more() bool    { return f.flags&flagMore != 0 }
func (f frame) command() bool { return f.flags&flagCommand != 0 }

// A reader reads ZMTP frames after the greeting and refuses what no client
// sends. It belongs to one goroutine.
type reader struct {
	br    *bufio.Reader
	limit int // bytes that the frames of one message may hold together

	total  int // bytes announced by the frames of the running message
	frames int // its frames so far
}

// next reads the header of the next frame; the caller then reads exactly its
// body, by [reader.body] or from br. The error is io.EOF when the peer closed
// between messages, io.ErrUnexpectedEOF when it did so inside one.
func (r *reader) next() (frame, error) {
	var h [maxHeaderSize]byte
	if _, err := io.ReadFull(r.br, h[:1]); err != nil {
		if r.frames > 0 && err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, err
	}
	n := headerSize(h[0])
	if _, err := io.ReadFull(r.br, h[1:n]); err != nil {
		return frame{}, unexpected(err)
	}
	return r.check(h[0], frameSize(h[:n]))
}

// check counts a frame in and refuses it where it breaks the grammar or a limit.
func (r *reader) check(flags byte, size uint64) (frame, error) {
	f := frame{flags: flags &^ flagLong}
	switch {
	case flags&^flagsKnown != 0:
		return f, fmt.Errorf("frame with reserved flags %#02x", flags)
	case f.command() && f.more():
		return f, errors.New("command in several frames")
	case f.command() && size > maxCommand:
		return f, fmt.Errorf("command of %d bytes; at most %d are taken", size, maxCommand)
	case f.command():
		f.size = int(size)
		return f, nil
	case size > uint64(r.limit-r.total):
		return f, fmt.Errorf("message of %d bytes or more; at most %d are taken", size, r.limit)
	case r.frames == maxFrames:
		return f, fmt.Errorf("message of more than %d frames", maxFrames)
	}
	f.size = int(size)
	r.total += f.size
	r.frames++
	if !f.more() {
		r.total, r.frames = 0, 0
	}
	return f, nil
}

// body reads a frame's body of at most eagerFrame bytes into memory of its own.
func (r *reader) body(f frame) ([]byte, error) {
	b := make([]byte, f.size)
	_, err := io.ReadFull(r.br, b)
	return b, unexpected(err)
}

// chunks reads a frame's body in pieces of eagerFrame to 4*eagerFrame bytes,
// each allocated only when the one before it has arrived.
func (r *reader) chunks(f frame) ([][]byte, error) {
	var list [][]byte
	for left, piece := f.size, eagerFrame; left > 0; piece = min(2*piece, 4*eagerFrame) {
		b := make([]byte, min(left, piece))
		if _, err := io.ReadFull(r.br, b); err != nil {
			return nil, unexpected(err)
		}
		list = append(list, b)
		left -= len(b)
	}
	return list, nil
}

// unexpected turns the end of the stream into io.ErrUnexpectedEOF.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
