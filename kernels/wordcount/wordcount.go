// Package wordcount counts how often each word occurs in a text, the usual example
// of map and reduce: parts of the text are counted by themselves (map), then the
// counts of equal words are added (reduce).
//
//	text := wordcount.Text(1_000_000, 1)
//	counts, err := wordcount.Serial(text) // the most frequent word first
//	counts, err = wordcount.Goroutine(text, 2)
//	counts[0]                             // the most frequent word
//
// A word is a run of the letters A to Z, in upper or lower case, which makes no
// difference. Words are as frequent as in a language: the k-th word occurs 1/k as
// often as the first (Zipf), so a few make up half of the text and the tables of
// two workers hold much the same words.
package wordcount

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// A Count is a word, in lower case, and how often it occurs.
type Count struct {
	Word string
	N    int
}

// vocabulary is how many words Text knows.
const vocabulary = 20_000

// Text returns n words, drawn from the stream of package rng that seed begins, in
// lines of twelve, each of which begins with a capital and ends with a full stop.
// Word number k of 20,000 is drawn with a probability of nearly 1/(10.5·k). It
// panics if n is negative or larger than 2³⁰.
func Text(n int, seed uint64) []byte {
	if err := check(n, 0); err != nil {
		panic(fmt.Errorf("wordcount: %w", err))
	}
	words := words(seed)
	// upTo[k] is the sum of the weights of the first k+1 words.
	upTo, sum := make([]uint64, vocabulary), uint64(0)
	for k := range upTo {
		sum += 1 << 32 / uint64(k+1)
		upTo[k] = sum
	}
	text := make([]byte, 0, 8*n)
	for i := range n {
		r := rng.At(seed+1, uint64(i)) % sum
		word := words[sort.Search(vocabulary, func(k int) bool { return upTo[k] > r })]
		begin := len(text)
		text = append(text, word...)
		if i%12 == 0 {
			text[begin] -= 'a' - 'A'
		}
		switch {
		case i%12 == 11 || i == n-1:
			text = append(text, ".\n"...)
		default:
			text = append(text, ' ')
		}
	}
	return text
}

// words returns different words of two to eleven letters.
func words(seed uint64) []string {
	words, seen := make([]string, 0, vocabulary), make(map[string]bool)
	var letters [11]byte
	for i := uint64(0); len(words) < vocabulary; i++ {
		r := rng.At(seed, i)
		n := 2 + r%10
		r /= 10
		for k := range n {
			letters[k] = byte('a' + r%26)
			r /= 26
		}
		if word := string(letters[:n]); !seen[word] {
			seen[word] = true
			words = append(words, word)
		}
	}
	return words
}

// Sum returns Σ hash(word)·count modulo 2⁶⁴, a checksum that does not depend on
// the order; the hash is FNV-1a.
func Sum(counts []Count) uint64 {
	sum := uint64(0)
	for _, c := range counts {
		h := uint64(offset)
		for i := range len(c.Word) {
			h = (h ^ uint64(c.Word[i])) * prime
		}
		sum += h * uint64(c.N)
	}
	return sum
}

// most is how many words Text can be asked for: 8 GB.
const most = 1 << 30

// mostWorkers is how many workers there may be.
const mostWorkers = 1024

func check(n, workers int) error {
	switch {
	case n < 0:
		return fmt.Errorf("negative number of words %d", n)
	case n > most:
		return fmt.Errorf("number of words %d is larger than %d", n, most)
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	case workers > mostWorkers:
		return fmt.Errorf("number of workers %d is larger than %d", workers, mostWorkers)
	}
	return nil
}

// sorted puts the most frequent words first, equally frequent ones in the order of
// the alphabet.
func sorted(counts []Count) []Count {
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Word, b.Word))
	})
	return counts
}

// FNV-1a with 64 bits: Fowler, Noll, Vo and Eastlake, "The FNV Non-Cryptographic
// Hash Algorithm", RFC 9923.
const (
	offset = 14695981039346656037
	prime  = 1099511628211
)

// isLetter reports whether c is a letter.
func isLetter(c byte) bool { return c|0x20-'a' < 26 }

// next finds the first word from at on. It returns the word in lower case, which
// it puts into buf, its hash and where it ends; at the end of the text, no word.
func next(text []byte, at int, buf []byte) (word []byte, hash uint64, end int) {
	for at < len(text) && !isLetter(text[at]) {
		at++
	}
	word, hash = buf[:0], offset
	for ; at < len(text) && isLetter(text[at]); at++ {
		c := text[at] | 0x20
		word = append(word, c)
		hash = (hash ^ uint64(c)) * prime
	}
	return word, hash, at
}

// cut returns where part k of so many begins: not within a word.
func cut(text []byte, k, parts int) int {
	at := int(uint64(len(text)) * uint64(k) / uint64(parts))
	for at > 0 && at < len(text) && isLetter(text[at]) && isLetter(text[at-1]) {
		at++
	}
	return at
}

// A table counts words: open addressing with the words' bytes in one piece. It
// keeps its words when it begins again.
type table struct {
	slots   []int32 // 1 + the number of an entry, 0: none
	entries []entry
	letters []byte
	buf     []byte // the word at hand
}

type entry struct {
	hash   uint64
	at, to int // of letters
	n      int
}

// begin sets all counts to 0.
func (t *table) begin() {
	for i := range t.entries {
		t.entries[i].n = 0
	}
}

// add counts a word n times.
func (t *table) add(word []byte, hash uint64, n int) {
	if 2*len(t.entries) >= len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	// The product's upper bits depend on all letters.
	for i := hash >> 20 & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s == 0 {
			from := len(t.letters)
			t.letters = append(t.letters, word...)
			t.entries = append(t.entries, entry{hash, from, len(t.letters), n})
			t.slots[i] = int32(len(t.entries))
			return
		}
		e := &t.entries[s-1]
		if e.hash == hash && bytes.Equal(t.letters[e.at:e.to], word) {
			e.n += n
			return
		}
	}
}

// grow doubles the number of slots.
func (t *table) grow() {
	t.slots = make([]int32, max(1024, 2*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for k, e := range t.entries {
		i := e.hash >> 20 & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = int32(k + 1)
	}
}

// pollEvery is after how many words it is asked whether to stop: 0.1 ms.
const pollEvery = 1 << 12

// count counts the words of text. It reports false if it was stopped.
func (t *table) count(on func() bool, text []byte) bool {
	for at, turn := 0, 0; at < len(text); turn++ {
		if turn%pollEvery == 0 && !on() {
			return false
		}
		var hash uint64
		t.buf, hash, at = next(text, at, t.buf)
		if len(t.buf) > 0 {
			t.add(t.buf, hash, 1)
		}
	}
	return true
}

// merge adds another table's counts.
func (t *table) merge(o *table) {
	for _, e := range o.entries {
		if e.n > 0 {
			t.add(o.letters[e.at:e.to], e.hash, e.n)
		}
	}
}

// appendTo appends the words that occur to counts.
func (t *table) appendTo(counts []Count) []Count {
	for _, e := range t.entries {
		if e.n > 0 {
			counts = append(counts, Count{string(t.letters[e.at:e.to]), e.n})
		}
	}
	return counts
}

// sum is Sum of what appendTo gives.
func (t *table) sum() uint64 {
	sum := uint64(0)
	for _, e := range t.entries {
		sum += e.hash * uint64(e.n)
	}
	return sum
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
