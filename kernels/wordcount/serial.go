package wordcount

import "github.com/weft-go/weft/kernels/internal/poll"

// Serial counts in a Go map. It returns the words by how often they occur, or why
// it was interrupted.
func Serial(text []byte) ([]Count, error) {
	var m mapped
	if err := m.count(background(), text); err != nil {
		return nil, err
	}
	return sorted(m.appendTo(nil)), nil
}

// mapped counts in a map, of pointers: a word that is known needs no new string.
type mapped struct {
	counts map[string]*int
	buf    []byte
}

func (m *mapped) count(ctx poll.Poll, text []byte) error {
	if m.counts == nil {
		m.counts = make(map[string]*int)
	}
	for _, n := range m.counts {
		*n = 0
	}
	for at, turn := 0, 0; at < len(text); turn++ {
		if turn%pollEvery == 0 && ctx.Stopped() {
			return ctx.Err()
		}
		m.buf, _, at = next(text, at, m.buf)
		if len(m.buf) == 0 {
			continue
		}
		n := m.counts[string(m.buf)] // makes no string
		if n == nil {
			n = new(int)
			m.counts[string(m.buf)] = n
		}
		*n++
	}
	return nil
}

func (m *mapped) appendTo(counts []Count) []Count {
	for word, n := range m.counts {
		if *n > 0 {
			counts = append(counts, Count{word, *n})
		}
	}
	return counts
}

// SerialHash is [Serial] with a hash table of our own, which keeps the hash that
// reading the word gave and all letters in one piece.
func SerialHash(text []byte) ([]Count, error) {
	ctx := background()
	var t table
	if !t.count(func() bool { return !ctx.Stopped() }, text) {
		return nil, ctx.Err()
	}
	return sorted(t.appendTo(nil)), nil
}
