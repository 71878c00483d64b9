package measure

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sampleRecord is a record with all that can be odd in one.
func sampleRecord() Record {
	r := NewRecord("sweep", "sum(xs[:n]) / 2", "compiled")
	r.Series = []Series{
		{Name: "sum(xs[:n]) / 2", Param: "n", N: 1000, Loops: 200, Seconds: Numbers{1.5e-6, math.NaN(), 1.6e-6}, User: Numbers{1e-6, 1e-6, 1e-6},
			System: Numbers{0, 0, 0}, Disturbed: []int{2}, Figures: map[string]Figure{"B/op": {Value: 24}, "cache misses": {Unavailable: "no PMU"}}},
		{Name: "x-3", Loops: 1, Seconds: Numbers{2, math.Inf(1)}},
		{Name: "counted only", Figures: map[string]Figure{"faults/op": {Value: 3}}},
	}
	r.Figures = map[string]Figure{"growth": {Value: math.NaN(), Low: math.Inf(-1), High: 1}}
	r.Notes = []string{"a note"}
	return r
}

func TestSaveAndLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	want := sampleRecord()
	if err := Save("first", want); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"first", "@first", "weft-results/first.json"} {
		got, err := Load(name)
		if err != nil || got.Name != "first" || got.Kind != "sweep" || !got.Time.Equal(want.Time) || len(got.Series) != 3 ||
			got.Series[0].Seconds[0] != 1.5e-6 || !math.IsNaN(got.Series[0].Seconds[1]) || got.Machine.CPU != want.Machine.CPU ||
			got.Figures["growth"].Unavailable == "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	// Another one in its place, and no other file left.
	want.Text = "other"
	if err := Save("first", want); err != nil {
		t.Fatal(err)
	}
	if got, err := Load("first"); err != nil || got.Text != "other" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := Save("Größe-2.a_b", want); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(ResultsDir)
	if err != nil || len(entries) != 2 || strings.Join(Saved(), " ") != "Größe-2.a_b first" {
		t.Errorf("%v, %v, %v", entries, Saved(), err)
	}
	if _, err := Load("second"); err == nil || !strings.Contains(err.Error(), "there are Größe-2.a_b, first") {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"", "../x", "a/b", ".hidden", "-x", "a b", "x\x00", strings.Repeat("x", 200), "@x", "con:"} {
		if err := Save(name, want); err == nil {
			t.Errorf("saved under %q", name)
		}
	}
	for name, text := range map[string]string{"broken": "{", "empty": "", "other": `{"a":1}`, "newer": `{"version":99}`, "odd": `{"version":1,"series":3}`} {
		if err := os.WriteFile(filepath.Join(ResultsDir, name+".json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		want := "not a saved result"
		if name == "newer" {
			want = "written by a newer Weft"
		}
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	// Where nothing can be written.
	if err := saveIn("/dev/null/x", "a", want); err == nil || !strings.Contains(err.Error(), "save a: ") {
		t.Errorf("%v", err)
	}
}

func TestLoadNotebook(t *testing.T) {
	t.Chdir(t.TempDir())
	first, second := sampleRecord(), sampleRecord()
	first.Name, second.Text = "a", "f( 1 )"
	output := func(r Record) map[string]any {
		return map[string]any{"output_type": "display_data", "data": map[string]any{"text/plain": "x"}, "metadata": map[string]any{"weft": map[string]any{"result": r}}}
	}
	raw := map[string]any{"output_type": "display_data", "data": map[string]any{ResultMIME: first}, "metadata": map[string]any{}}
	nb := map[string]any{"nbformat": 4, "cells": []any{
		map[string]any{"cell_type": "markdown", "source": "x"},
		map[string]any{"cell_type": "code", "outputs": []any{output(first), map[string]any{"output_type": "stream", "text": "x"}}},
		map[string]any{"cell_type": "code", "outputs": []any{raw, output(second)}},
	}}
	data, err := json.Marshal(nb)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("nb.ipynb", data, 0o644); err != nil {
		t.Fatal(err)
	}
	records, err := LoadNotebook("nb.ipynb")
	if err != nil || len(records) != 3 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for which, text := range map[string]string{"nb.ipynb": "f( 1 )", "nb.ipynb#a": "sum(xs[:n]) / 2", "nb.ipynb#f(  1 )": "f( 1 )", "nb.ipynb#f( 1 )": "f( 1 )", "nb.ipynb#2": "sum(xs[:n]) / 2"} {
		got, err := Load(which)
		if err != nil || got.Text != text {
			t.Errorf("%s: %q, %v", which, got.Text, err)
		}
	}
	if _, err := Load("nb.ipynb#zzz"); err == nil || !strings.Contains(err.Error(), `no result "zzz", only 1 (a), 2 (a), 3 (f( 1 ))`) {
		t.Errorf("%v", err)
	}
	for name, text := range map[string]string{"none.ipynb": `{"cells":[]}`, "bad.ipynb": `[`} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(name); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Load("missing.ipynb#x"); err == nil {
		t.Error("a notebook that is not there: no error")
	}
}

// benchLine is a line of results in Go's format for benchmarks (proposal 14313).
var benchLine = regexp.MustCompile(`^Benchmark([^a-z\s]\S*)?\s+[1-9][0-9]*(\s+[-+.0-9e]+ [^\s]+)+$`)

func TestWriteBenchfmt(t *testing.T) {
	var b bytes.Buffer
	r := sampleRecord()
	if err := WriteBenchfmt(&b, []Record{r, r, {}}); err != nil {
		t.Fatal(err)
	}
	results, keys := 0, map[string]int{}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		key, value, isConfig := strings.Cut(line, ": ")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "Benchmark"):
			results++
			if !benchLine.MatchString(line) {
				t.Errorf("not a result: %q", line)
			}
			fields := strings.Fields(line)[2:]
			for i := 0; i < len(fields); i += 2 {
				if _, err := strconv.ParseFloat(fields[i], 64); err != nil {
					t.Errorf("%q: %v", line, err)
				}
			}
		case isConfig && regexp.MustCompile(`^[a-z][^A-Z\s]*$`).MatchString(key) || strings.HasSuffix(line, ":") || isConfig && value == "":
			keys[key]++
		default:
			t.Errorf("neither a result nor a setting: %q", line)
		}
	}
	// Two of the first, one of the second, the figures of the third; twice.
	if results != 8 || keys["cpu"] != 1 {
		t.Errorf("%d results, settings %v in\n%s", results, keys, &b)
	}
	for _, want := range []string{"BenchmarkSum(xs[:n])_|_2/n=1000", "\t200\t1500 ns/op\t1000 user-ns/op\t0 sys-ns/op\t24 B/op\n", "BenchmarkX-3-", "BenchmarkCounted_only", "3 faults/op"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	for text, want := range map[string]string{"": "Benchmark", "été": "BenchmarkÉté", "ß": "Benchmark_ß", "a\tb\n": "BenchmarkA_b", "日本": "Benchmark日本"} {
		if got := benchName(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for x, want := range map[float64]string{0: "0", 1500: "1500", 0.3: "0.3", 1e-7: "1e-07", 123456789: "123456789", 2.5: "2.5"} {
		if got := plain(x); got != want {
			t.Errorf("plain(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestWriteCSVAndJSON(t *testing.T) {
	var b bytes.Buffer
	r := sampleRecord()
	if err := WriteCSV(&b, []Record{r}); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != 1+3+2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	// Of the second sample no time is known; the third was disturbed.
	if lines[1][9] != "1.5e-06" || lines[2][9] != "" || lines[3][12] != "yes" || lines[1][5] != "n" || lines[1][6] != "1000" || lines[4][6] != "" {
		t.Errorf("%q", lines)
	}
	b.Reset()
	if err := WriteJSON(&b, []Record{r}); err != nil {
		t.Fatal(err)
	}
	var back []Record
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back) != 1 || back[0].Series[0].Figures["B/op"].Value != 24 {
		t.Errorf("%v, %+v", err, back)
	}
	b.Reset()
	if err := WriteJSON(&b, nil); err != nil || strings.TrimSpace(b.String()) != "[]" {
		t.Errorf("%q, %v", &b, err)
	}
}

func TestRecordOfAResult(t *testing.T) {
	r := Timeit(Options{Text: "f()", Engine: "compiled", Runs: 6, Loops: 3}, arithmetic)
	rec := r.Record()
	back := rec.Results()
	if len(back) != 1 || back[0].Median != r.Median || back[0].Loops != 3 || back[0].Engine != "compiled" || math.Abs(back[0].User-r.User) > 1e-15 {
		t.Errorf("%+v came back as %+v", r, back)
	}
	if rec.Version != RecordVersion || time.Since(rec.Time) > time.Minute || rec.Machine.Go == "" {
		t.Errorf("%+v", rec)
	}
	Remember(rec)
	if last, ok := Last(); !ok || last.Text != "f()" {
		t.Errorf("last: %+v, %v", last, ok)
	}
	for _, b := range []map[string]any{r.MIMEBundle(), rec.MIMEBundle(), sampleRecord().MIMEBundle(), (Record{}).MIMEBundle(), (Result{}).MIMEBundle(), (Comparison{}).MIMEBundle(), (Sweeping{}).MIMEBundle(), (Scaling{}).MIMEBundle(), (Score{}).MIMEBundle()} {
		if _, err := json.Marshal(b); err != nil || b["text/plain"] == "" || b[ResultMIME] == nil {
			t.Errorf("%v: %v", err, b)
		}
	}
	if d := rec.Elsewhere(); len(d) > 3 { // load and the like may change meanwhile
		t.Errorf("the same machine differs: %q", d)
	}
	rec.Machine.CPU = "another"
	if d := rec.Elsewhere(); len(d) == 0 || !strings.Contains(strings.Join(d, "\n"), "another") {
		t.Errorf("another processor: %q", d)
	}
	rec.Machine = nil
	if d := rec.Elsewhere(); len(d) != 1 {
		t.Errorf("no machine: %q", d)
	}
}

func TestCompareResults(t *testing.T) {
	make7 := func(at float64) Result {
		return Result{Name: "x", Samples: []float64{at, 1.01 * at, 1.02 * at, 0.99 * at, 0.98 * at, 1.03 * at, 0.97 * at}}
	}
	c := CompareResults(CompareOptions{}, make7(2), make7(1), make7(2.001))
	if d := c.Differences; len(d) != 2 || d[0].Verdict != Faster || d[1].Verdict != CantTell || d[0].Paired || math.Abs(d[0].Speedup-2) > 0.05 {
		t.Errorf("%+v", c.Differences)
	}
	text := c.String()
	for _, want := range []string{"× as fast", ": faster", "can't tell", "not measured side by side", "Mann and Whitney"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	odd := CompareResults(CompareOptions{}, Result{Name: "none"}, make7(1), Result{Name: "odd", Samples: []float64{math.NaN(), -1, math.Inf(1), 0}}, Result{Name: "one", Samples: []float64{1}})
	for _, d := range odd.Differences {
		if d.Verdict != CantTell || d.Reason == "" {
			t.Errorf("%+v", d)
		}
	}
	if _, err := json.Marshal(odd.MIMEBundle()); err != nil {
		t.Error(err)
	}
	if got := CompareResults(CompareOptions{}).String(); got != "nothing to compare" {
		t.Errorf("%q", got)
	}
}
