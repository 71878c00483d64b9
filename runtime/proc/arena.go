package proc

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"sync"
	"unsafe"

	"github.com/weft-go/weft/runtime/shm"
)

// Locks and the like are some words in shared memory. Each has a cache line
// of its own, or several; many share one arena, so that a lock costs neither a
// page nor a descriptor. An arena lives as long as the process that made it
// and those that attached it: nobody knows which processes have a lock.

// line is a cache line in words of 4 bytes.
const line = 16

// arenaLines is the size of an arena: 64 kB.
const arenaLines = 1024

// arenas are those of this process and the attached ones.
var arenas struct {
	mu       sync.Mutex
	own      *shm.Uint32s // the one that lines are taken from
	used     int          // its lines
	attached map[shm.Handle]*shm.Uint32s
}

// A place is some lines of an arena. Copies are the same place.
type place struct {
	words []uint32
	ref   ref
}

// ref is how a place travels.
type ref struct {
	Arena shm.Handle
	First int // word
	Words int
}

// newPlace returns zeroed memory of at least n words that other processes can
// reach.
func newPlace(n int) (place, error) {
	lines := (n + line - 1) / line
	arenas.mu.Lock()
	defer arenas.mu.Unlock()
	if arenas.own == nil || arenas.used+lines > len(arenas.own.Data)/line {
		s, err := shm.NewUint32s(max(lines, arenaLines) * line)
		if err != nil {
			return place{}, err
		}
		remember(s.Handle(), s)
		arenas.own, arenas.used = s, 0
	}
	r := ref{arenas.own.Handle(), arenas.used * line, lines * line}
	arenas.used += lines
	return place{arenas.own.Data[r.First : r.First+r.Words], r}, nil
}

func remember(h shm.Handle, s *shm.Uint32s) {
	if arenas.attached == nil {
		arenas.attached = make(map[shm.Handle]*shm.Uint32s)
	}
	arenas.attached[h] = s
}

// place finds the memory that r names.
func (r ref) place() (place, error) {
	arenas.mu.Lock()
	defer arenas.mu.Unlock()
	s := arenas.attached[r.Arena]
	if s == nil {
		var err error
		if s, err = shm.AttachUint32s(r.Arena); err != nil {
			return place{}, err
		}
		remember(r.Arena, s)
	}
	if r.First < 0 || r.Words <= 0 || r.First > len(s.Data)-r.Words {
		return place{}, fmt.Errorf("words %d to %d of an arena of %d", r.First, r.First+r.Words, len(s.Data))
	}
	return place{s.Data[r.First : r.First+r.Words], r}, nil
}

// encode and decode are GobEncode and GobDecode of all that has a place.
// One that was not made by its New function arrives as it is: with nothing to
// use.
func (p *place) encode() ([]byte, error) {
	if p.words == nil {
		return nil, nil
	}
	return pack(p.ref)
}

func (p *place) decode(what string, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	var r ref
	err := unpack(b, &r)
	if err == nil {
		*p, err = r.place()
	}
	if err != nil {
		return fmt.Errorf("attach a %s: %w", what, err)
	}
	return nil
}

// uint64At returns two words as one number. i is even.
func (p *place) uint64At(i int) *uint64 { return (*uint64)(unsafe.Pointer(&p.words[i])) }

// pack and unpack are the encoding of handles.
func pack(v any) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

func unpack(b []byte, v any) error { return gob.NewDecoder(bytes.NewReader(b)).Decode(v) }
