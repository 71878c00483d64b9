package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A Format writes reports. Those that can write block by block do so while
// others are still being measured.
type Format struct {
	Name string
	Doc  string
	// head, block and end write the parts of a report; nil: nothing.
	head  func(w io.Writer, m *Machine) error
	block func(w io.Writer, m *Machine, b *Block) error
	end   func(w io.Writer, r *Report) error
}

// Formats lists them; the first is the default.
var Formats = []*Format{
	{"table", "tables for people", tableHead, tableBlock, tableEnd},
	{"bench", "Go benchmark lines, one for each sample, which benchstat reads", benchHead, benchBlock, nil},
	{"json", "all samples as JSON", nil, nil, jsonEnd},
	{"readme", "a Markdown table of what was compared with -peers", nil, nil, readmeEnd},
}

// FormatNamed returns the format of that name, or an error that lists them.
func FormatNamed(name string) (*Format, error) {
	var names []string
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return nil, fmt.Errorf("format %q: want %s", name, strings.Join(names, ", "))
}

// Head begins a report.
func (f *Format) Head(w io.Writer, m *Machine) error {
	if f.head == nil {
		return nil
	}
	return f.head(w, m)
}

// Block writes a block.
func (f *Format) Block(w io.Writer, m *Machine, b *Block) error {
	if f.block == nil {
		return nil
	}
	return f.block(w, m, b)
}

// End writes what comes behind the blocks, or the whole report.
func (f *Format) End(w io.Writer, r *Report) error {
	if f.end == nil {
		return nil
	}
	return f.end(w, r)
}

// Write writes a whole report.
func (f *Format) Write(w io.Writer, r *Report) error {
	if err := f.Head(w, &r.Machine); err != nil {
		return err
	}
	for _, b := range r.Blocks {
		if err := f.Block(w, &r.Machine, b); err != nil {
			return err
		}
	}
	return f.End(w, r)
}

func jsonEnd(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
