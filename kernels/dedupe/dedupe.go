// Package dedupe cleans a file of roads: lines "origin destination distance" of
// which the first for each pair of places is kept, and where the way back comes
// later it gets the distance that the way there has.
//
//	text := dedupe.Text(1_000_000, 1)
//	roads, err := dedupe.Serial(text)      // 631423 roads
//	roads, err = dedupe.Goroutine(text, 2) // the same roads
//	dedupe.Checksum(roads)                 // 8395204384032324713
//
// It is the CPU-bound group of An, "Python and Parallel Programming": reading
// numbers from text takes a third of the time, tables that are looked into at
// random the rest, and results must come in the order of the file, so there is
// something to think about before two workers are faster than one.
//
// A line holds three numbers in decimal digits, from 0 to [MaxNumber], with one
// space between them and a newline behind the last, also in the last line.
// Origin and destination may be equal. Anything else is an error that names the
// line.
package dedupe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// A Road is one line.
type Road struct {
	Origin, Destination, Distance int32
}

// MaxNumber is the largest number that may stand in a line. (Two bits of a
// table's cell are needed for the directions met.)
const MaxNumber = 1<<30 - 1

// String returns the line without its newline.
func (r Road) String() string {
	return fmt.Sprintf("%d %d %d", r.Origin, r.Destination, r.Distance)
}

// Checksum returns Σ (i+1)·(1000003·origin + 10007·destination + distance) over
// roads i = 0, 1, …, modulo 2⁶⁴.
func Checksum(roads []Road) uint64 {
	sum := uint64(0)
	for i, r := range roads {
		sum += uint64(i+1) * (1000003*uint64(r.Origin) + 10007*uint64(r.Destination) + uint64(r.Distance))
	}
	return sum
}

// Text returns n lines of roads between places 0 … √n−1 (at least two), drawn
// from the stream of package rng that seed begins: origin, destination (the
// next place if it is the origin) and a distance from 1 to 1000. About 63 of
// 100 remain. It panics if n is negative or the text would not fit.
func Text(n int, seed uint64) []byte {
	if err := checkLines(n); err != nil {
		panic(fmt.Errorf("dedupe: %w", err))
	}
	places := places(n)
	line := len("1000\n") + 2*(digits(places-1)+1)
	text := mem.Make[byte](n * line)[:0]
	state := rng.Start(seed, 0)
	draw := func(below uint64) uint64 {
		r := rng.Mix(state)
		state += rng.Step
		return r % below
	}
	for range n {
		o, d, w := draw(places), draw(places), 1+draw(1000)
		if d == o {
			d = (d + 1) % places
		}
		text = append(strconv.AppendUint(text, o, 10), ' ')
		text = append(strconv.AppendUint(text, d, 10), ' ')
		text = append(strconv.AppendUint(text, w, 10), '\n')
	}
	return text
}

// places returns how many places there are in a text of n lines.
func places(n int) uint64 {
	root := uint64(math.Sqrt(float64(n)))
	for root*root > uint64(n) {
		root--
	}
	return max(2, root)
}

func digits(v uint64) int { return len(strconv.FormatUint(v, 10)) }

// mostLines is what Text can be asked for: some 20 GB.
const mostLines = 1 << 30

func checkLines(n int) error {
	if n < 0 {
		return fmt.Errorf("negative number of lines %d", n)
	}
	if n > mostLines {
		return fmt.Errorf("number of lines %d is larger than %d", n, mostLines)
	}
	return nil
}

func checkWorkers(workers int) error {
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	if workers > mostWorkers {
		return fmt.Errorf("number of workers %d is larger than %d", workers, mostWorkers)
	}
	return nil
}

// mostWorkers bounds the tables there are: each worker has its own.
const mostWorkers = 1024

// countLines returns how many lines text has.
func countLines(text []byte) int { return bytes.Count(text, newline) }

var newline = []byte{'\n'}

// errSyntax is what parse returns; syntaxError finds the words.
var errSyntax = errors.New("not a line of roads")

// syntaxError describes the line of text that has the byte at offset.
func syntaxError(text []byte, offset int) error {
	number := 1 + countLines(text[:offset])
	begin := 1 + bytes.LastIndexByte(text[:offset], '\n')
	line := text[begin:]
	end := bytes.IndexByte(line, '\n')
	if end >= 0 {
		line = line[:end]
	}
	const most = 60
	if len(line) > most {
		line = line[:most]
	}
	if end < 0 {
		return fmt.Errorf("dedupe: line %d: %q has no newline at its end", number, line)
	}
	return fmt.Errorf("dedupe: line %d: %q, want three numbers up to %d with one space between them", number, line, MaxNumber)
}

// parse reads as many lines as dst has room for, or all. It returns how many
// and how long they are; after errSyntax, used is where the wrong line begins.
func parse(dst []Road, text []byte) (lines, used int, err error) {
	for lines < len(dst) && used < len(text) {
		o, at, ok := number(text, used, ' ')
		if !ok {
			return lines, used, errSyntax
		}
		d, at, ok := number(text, at, ' ')
		if !ok {
			return lines, used, errSyntax
		}
		w, at, ok := number(text, at, '\n')
		if !ok {
			return lines, used, errSyntax
		}
		dst[lines] = Road{o, d, w}
		used = at
		lines++
	}
	return lines, used, nil
}

// number reads the digits from at on, which must be followed by end, and returns
// where the next number begins.
//
// A plain loop: the processor guesses the number of digits and goes on with the
// next number meanwhile. Finding the end first, eight bytes at a time, made it
// wait.
func number(text []byte, at int, end byte) (v int32, next int, ok bool) {
	if at >= len(text) {
		return 0, 0, false
	}
	x := uint64(text[at]) - '0'
	if x > 9 {
		return 0, 0, false
	}
	last := min(len(text), at+20) // so long a number does not overflow
	for at++; at < last; at++ {
		c := uint64(text[at]) - '0'
		if c > 9 {
			return int32(x), at + 1, text[at] == end && x <= MaxNumber
		}
		x = x*10 + c
	}
	return 0, 0, false
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
