package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/bench"
)

// benchmark runs weft bench and returns what it prints.
func benchmark(t *testing.T, args ...string) (string, error) {
	t.Helper()
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	var out bytes.Buffer
	err = runBench(args, &out, stderr)
	if info, e := stderr.Stat(); e != nil || info.Size() > 0 {
		t.Errorf("weft bench %v writes progress to what is no terminal", args)
	}
	return out.String(), err
}

func TestBenchFlags(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"juila", `bench: no kernel "juila", only `},
		{"-n huge pi", `bench: size "huge": want small, middle, large or a number`},
		{"pi -workers 0", `bench: workers "0": want numbers from 1`},
		{"-count -1", "bench: count -1: want 0 to"},
		{"-count x", `bench: invalid value "x" for flag -count`},
		{"-time 3", `bench: invalid value "3" for flag -time`},
		{"-format xml", `bench: format "xml": want table, bench, json, readme`},
		{"-variant (", "bench: variant: error parsing regexp"},
		{"-what", "bench: flag provided but not defined: -what"},
	} {
		var stdout, stderr bytes.Buffer
		code := weft(append([]string{"bench"}, strings.Fields(tt.args)...), &stdout, &stderr)
		got := stderr.String()
		if code != 2 || !strings.HasPrefix(got, "weft: "+tt.want) || strings.Count(got, "\n") != 1 {
			t.Errorf("weft bench %s: exit code %d, %q, want 2 and one line %q", tt.args, code, got, tt.want)
		}
	}
}

func TestBenchList(t *testing.T) {
	got, err := benchmark(t, "-list", "pi")
	if err != nil || !strings.HasPrefix(got, "pi: π by throwing darts\n") || !strings.Contains(got, "  serial\n") || strings.Contains(got, "julia") {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestBenchMeasures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := benchmark(t, "pi", "-n", "small,1000", "-workers", "1,2", "-count", "2", "-variant", "^(serial|goroutine)$", "-format", "json", "-o", file)
	if err != nil || out != "" {
		t.Fatalf("%v, printed %q", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r bench.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(r.Blocks) != 2 || r.Blocks[0].N != 10_000 || r.Blocks[1].N != 1000 || len(r.Blocks[0].Results) != 3 || r.Machine.Engine != "compiled" {
		t.Errorf("%s", text)
	}
	for _, res := range r.Blocks[0].Results {
		if len(res.Samples) != 2 || res.Samples[0].Wall <= 0 || res.Samples[0].Checksum != 7844 {
			t.Errorf("%+v", res)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".weft-bench-*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := benchmark(t, "pi", "-n", "10", "-count", "1", "-o", filepath.Join(file, "x")); err == nil || !strings.HasPrefix(err.Error(), "write figures: ") {
		t.Errorf("into a folder that is none: %v", err)
	}
}

// The README's lines with weft bench can be typed as they stand, and its table of
// figures has the form that weft bench gives it.
func TestBenchREADME(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^weft bench ([^#\n]*)`).FindAllStringSubmatch(string(text), -1)
	if len(lines) == 0 {
		t.Error("no line with weft bench")
	}
	for _, line := range lines {
		var b benchFlags
		fs := flag.NewFlagSet("bench", flag.ContinueOnError)
		b.define(fs)
		names, err := benchNames(fs, strings.Fields(line[1]), io.Discard)
		if err == nil {
			_, _, err = b.options(names)
		}
		if err != nil {
			t.Errorf("%s: %v", line[0], err)
		}
	}
	_, rest, ok1 := strings.Cut(string(text), "<!-- performance: written by weft bench -peers -format readme -->\n")
	table, _, ok2 := strings.Cut(rest, "<!-- performance end -->")
	rows := strings.Split(strings.TrimSpace(table), "\n")
	if !ok1 || !ok2 || len(rows) < 4 {
		t.Fatal("the table of figures is not there")
	}
	if got := strings.Trim(rows[0], "| "); !strings.HasPrefix(got, "kernel | ours | others | threads | our time | their time | ratio") {
		t.Errorf("columns %s", got)
	}
	cells := strings.Count(rows[0], "|")
	measured := regexp.MustCompile("^\\| `(\\w+)` \\d+ \\| `([^`]+)` \\|.*\\| \\d+\\.?\\d* \\[\\d")
	for _, row := range rows[2:] {
		if !strings.HasPrefix(row, "|") {
			break
		}
		m := measured.FindStringSubmatch(row)
		if m == nil || strings.Count(row, "|") != cells {
			t.Errorf("row %s", row)
			continue
		}
		ks, err := bench.Select(m[1:2], true)
		if err == nil {
			_, err = ks[0].Variant(m[2])
		}
		if err != nil {
			t.Errorf("row %s: %v", row, err)
		}
	}
}

// Lines are in Go's benchmark format, as golang.org/x/perf/benchfmt reads it.
func TestBenchLines(t *testing.T) {
	got, err := benchmark(t, "-format", "bench", "-n", "1000", "-count", "2", "-variant", "serial", "pi")
	if err != nil {
		t.Fatal(err)
	}
	config := regexp.MustCompile(`^[a-z][^A-Z\s]*: .+$`)
	line := regexp.MustCompile(`^BenchmarkPi/impl=serial/n=1000/workers=1-\d+\t\d+\t[\d.]+ ns/op(\t[\d.]+ [^\s]+)+$`)
	lines := 0
	for l := range strings.Lines(got) {
		l = strings.TrimSuffix(l, "\n")
		if line.MatchString(l) {
			lines++
		} else if l != "" && !config.MatchString(l) {
			t.Errorf("neither a benchmark nor configuration: %q", l)
		}
	}
	if lines != 2 {
		t.Errorf("%d benchmark lines, want 2:\n%s", lines, got)
	}
}
