package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/weft-go/weft/kernel/internal/notebook"
	"github.com/weft-go/weft/kernel/measure"
)

const resultsUsage = "results [-format benchfmt|json|csv] [-o FILE] NOTEBOOK.ipynb"

var resultsCommand = &command{
	name:  "results",
	usage: resultsUsage,
	short: "print what a notebook's cells have measured, for benchstat and other programs",
	run:   func(args []string) error { return results(args, os.Stdout) },
}

// A resultFormat is a form in which measurements are printed.
type resultFormat struct {
	name, doc string
	write     func(io.Writer, []measure.Record) error
}

// resultFormats has the default first.
var resultFormats = []resultFormat{
	{"benchfmt", "a line per sample, as go test -bench prints and benchstat reads", measure.WriteBenchfmt},
	{"json", "everything that was kept, machine included", measure.WriteJSON},
	{"csv", "a row per sample, for spreadsheets", measure.WriteCSV},
}

func resultFormatNamed(name string) (*resultFormat, error) {
	var names []string
	for i := range resultFormats {
		if resultFormats[i].name == name {
			return &resultFormats[i], nil
		}
		names = append(names, resultFormats[i].name)
	}
	return nil, usageError{fmt.Errorf("results: -format %s: it is one of %s", name, strings.Join(names, ", "))}
}

func results(args []string, stdout io.Writer) error {
	var docs []string
	for _, f := range resultFormats {
		docs = append(docs, f.name+" ("+f.doc+")")
	}
	fs := flag.NewFlagSet("results", flag.ContinueOnError)
	form := fs.String("format", resultFormats[0].name, "`form`: "+strings.Join(docs, ", "))
	out := fs.String("o", "", "write to `FILE`")
	names, err := parseAround(fs, resultsUsage, args, stdout)
	if err != nil {
		return err
	}
	path, err := oneNotebook("results", names)
	if err != nil {
		return err
	}
	format, err := resultFormatNamed(*form)
	if err != nil {
		return err
	}
	records, err := loadRecords(path)
	if err != nil {
		return err
	}
	if *out != "" {
		return notebook.Replace(*out, func(w io.Writer) error { return format.write(w, records) })
	}
	var text bytes.Buffer // so that a failing writer leaves no half of it
	if err := format.write(&text, records); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err = stdout.Write(text.Bytes())
	return err
}

// loadRecords reads what a notebook's cells have measured; that there is
// nothing is an error.
func loadRecords(path string) ([]measure.Record, error) {
	nb, err := notebook.Load(path)
	if err != nil {
		return nil, err
	}
	found, err := nb.Results()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var records []measure.Record
	for _, f := range found {
		var r measure.Record
		err := json.Unmarshal(f.JSON, &r)
		if err == nil && (r.Version < 1 || r.Kind == "") {
			err = errors.New("it says not what was measured")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: result of code cell %d: %w; run the cell again", path, f.Cell, err)
		}
		if r.Version > measure.RecordVersion {
			return nil, fmt.Errorf("%s: the result of code cell %d is of a newer Weft (form %d, this one knows %d); update Weft", path, f.Cell, r.Version, measure.RecordVersion)
		}
		records = append(records, r)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s: no cell has measured anything; %%timeit, %%compare, %%scale and the other measuring magics leave results, which weft run -o and Jupyter save with the notebook", path)
	}
	return records, nil
}
