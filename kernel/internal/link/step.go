package link

import (
	"bytes"
	"regexp"
	"strconv"
)

// A Step is the place of one interpreted node, packed into a machine word so
// that Go's own tracebacks tell it: the engine executes every node inside a
// function whose first argument is its Step, and a traceback prints arguments.
// That gives exact positions also when the process is dying of a fatal error.
//
// 28 bits of file number, 24 of line, 12 of column (0 when it is larger).
type Step uint64

const (
	columnBits = 12
	lineBits   = 24
)

// MakeStep packs a place. A line or file number that does not fit gives 0,
// which stands for no place.
func MakeStep(file, line, column int) Step {
	if file <= 0 || line <= 0 || file >= 1<<(64-lineBits-columnBits) || line >= 1<<lineBits {
		return 0
	}
	if column >= 1<<columnBits || column < 0 {
		column = 0
	}
	return Step(file)<<(lineBits+columnBits) | Step(line)<<columnBits | Step(column)
}

// File returns the number of the file.
func (s Step) File() int { return int(s >> (lineBits + columnBits)) }

// Line returns the line, from 1.
func (s Step) Line() int { return int(s>>columnBits) & (1<<lineBits - 1) }

// Column returns the column in bytes, from 1; 0 if unknown.
func (s Step) Column() int { return int(s) & (1<<columnBits - 1) }

// StepFunction is the name of the engine's function whose first argument is a Step.
const StepFunction = "github.com/weft-go/weft/kernel/internal/engine.step"

var stepFrame = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(StepFunction) + `\(0x([0-9a-f]+)`)

// Steps returns the places in one goroutine's traceback, innermost first.
func Steps(traceback []byte) []Step {
	var steps []Step
	for _, m := range stepFrame.FindAllSubmatch(traceback, -1) {
		if v, err := strconv.ParseUint(string(m[1]), 16, 64); err == nil && v != 0 {
			steps = append(steps, Step(v))
		}
	}
	return steps
}

// Goroutines splits a traceback of all goroutines into one text for each.
func Goroutines(traceback []byte) [][]byte {
	var list [][]byte
	for text := range bytes.SplitSeq(traceback, []byte("\n\n")) {
		text = bytes.TrimLeft(text, "\n")
		if bytes.HasPrefix(text, []byte("goroutine ")) {
			list = append(list, text)
		}
	}
	return list
}
