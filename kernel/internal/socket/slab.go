package socket

// Frames of at least refSize bytes are queued by reference, shorter ones are
// copied together into slabs, so that a message goes out as few pieces.
// 16 kB is where, on the machine measured, one more piece in a writev costs
// about as much as the copy.
const (
	refSize  = 16 << 10
	slabSize = 32 << 10
)

// A slab collects short byte strings in memory that is written once. What add
// returned may be read while others add.
type slab struct{ b []byte }

// grow makes room for n bytes in one piece.
func (s *slab) grow(n int) {
	if cap(s.b)-len(s.b) < n {
		s.b = make([]byte, 0, max(n, slabSize))
	}
}

// add copies p to the end and returns the copy.
func (s *slab) add(p []byte) []byte {
	s.grow(len(p))
	at := len(s.b)
	s.b = append(s.b, p...)
	return s.b[at:]
}

// join appends piece to list, lengthening the last element where piece lies
// right behind it in memory.
func join(list [][]byte, piece []byte) [][]byte {
	if len(piece) == 0 {
		return list
	}
	if n := len(list); n > 0 {
		last := list[n-1]
		if len(last) > 0 && cap(last) > len(last) && &last[:len(last)+1][len(last)] == &piece[0] && cap(last) >= len(last)+len(piece) {
			list[n-1] = last[:len(last)+len(piece)]
			return list
		}
	}
	return append(list, piece)
}

// encode appends a message's frames with their headers to list, short ones
// copied into s, long ones by reference.
func encode(list [][]byte, s *slab, frames [][]byte) [][]byte {
	var h [maxHeaderSize]byte
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		list = join(list, s.add(appendHeader(h[:0], flags, len(f))))
		if len(f) < refSize {
			f = s.add(f)
		}
		list = join(list, f)
	}
	return list
}
