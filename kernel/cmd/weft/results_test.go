package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/measure"
)

// measured is a notebook with two results.
const measured = `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[
{"cell_type":"code","metadata":{},"source":"%timeit f()","execution_count":1,"outputs":[{"output_type":"display_data","data":{"text/plain":"x"},"metadata":{"weft":{"result":
 {"version":1,"kind":"timeit","text":"f()","engine":"compiled","time":"2026-02-03T04:05:06Z",
  "series":[{"name":"f()","loops":1000,"seconds":[1.5e-6,1.6e-6,1.4e-6],"user_sec":[1.4e-6,1.5e-6,1.4e-6],"system_sec":[0,0,0]}]}}}}]},
{"cell_type":"code","metadata":{},"source":"%compare","execution_count":2,"outputs":[{"output_type":"display_data","data":{"text/plain":"x"},"metadata":{"weft":{"result":
 {"version":1,"kind":"compare","name":"sums","text":"a b","engine":"compiled","time":"2026-02-03T04:06:06Z",
  "series":[{"name":"a","loops":10,"seconds":[1e-3,1.1e-3]},{"name":"b","loops":10,"seconds":[2e-3,null]}]}}}}]}]}`

func measuredNotebook(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "measured.ipynb")
	if err := os.WriteFile(path, []byte(measured), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := results(args, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The default is Go's benchmark format, in which a sample is a line.
func TestResultsBenchfmt(t *testing.T) {
	got := printed(t, measuredNotebook(t))
	config := regexp.MustCompile(`^[a-z][^A-Z\s]*:( .*)?$|^# `) // lines with # are passed over
	line := regexp.MustCompile(`^Benchmark[^\s]+\t? *\d+\t? *[\d.e+-]+ [^\s]+/?[^\s]*(\t? *[\d.e+-]+ [^\s]+)*$`)
	var lines []string
	for l := range strings.Lines(got) {
		switch l = strings.TrimSuffix(l, "\n"); {
		case line.MatchString(l):
			lines = append(lines, l)
		case l != "" && !config.MatchString(l):
			t.Errorf("neither a benchmark nor configuration: %q", l)
		}
	}
	if len(lines) != 6 {
		t.Fatalf("%d lines for six samples:\n%s", len(lines), got)
	}
	if fields := strings.Fields(lines[0]); fields[1] != "1000" || fields[2] != "1500" || fields[3] != "ns/op" {
		t.Errorf("the first sample is %q", lines[0])
	}
}

func TestResultsJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	if out := printed(t, measuredNotebook(t), "-format", "json", "-o", file); out != "" {
		t.Errorf("printed %q", out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var records []measure.Record
	if err := json.Unmarshal(text, &records); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(records) != 2 || records[0].Kind != "timeit" || records[1].Name != "sums" || len(records[0].Series[0].Seconds) != 3 {
		t.Errorf("%s", text)
	}
}

func TestResultsCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(printed(t, "-format=csv", measuredNotebook(t)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 6 { // a head and the samples
		t.Errorf("%d rows: %v", len(rows), rows)
	}
}

func TestResultsErrors(t *testing.T) {
	dir := notebooks(t)
	t.Chdir(dir)
	for name, record := range map[string]string{"newer.ipynb": `{"version":999,"kind":"timeit"}`, "broken.ipynb": `{"version":1,"kind":"timeit","series":7}`, "strange.ipynb": `{"a":1}`} {
		text := `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[{"cell_type":"code","metadata":{},"source":"","execution_count":1,"outputs":[
			{"output_type":"display_data","data":{},"metadata":{"weft":{"result":` + record + `}}}]}]}`
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		args, want string
		code       int
	}{
		{"", "results: name a notebook", 2},
		{"-format xml ran.ipynb", "results: -format xml: it is one of benchfmt, json, csv", 2},
		{"ran.ipynb", "ran.ipynb: no cell has measured anything; %timeit, ", 1},
		{"missing.ipynb", "read notebook missing.ipynb: no such file or directory", 1},
		{"newer.ipynb", "newer.ipynb: the result of code cell 1 is of a newer Weft (form 999, ", 1},
		{"broken.ipynb", "broken.ipynb: result of code cell 1: json: ", 1},
		{"strange.ipynb", "strange.ipynb: result of code cell 1: it says not what was measured", 1},
	} {
		var stdout, stderr bytes.Buffer
		code := weft(append([]string{"results"}, strings.Fields(tt.args)...), &stdout, &stderr)
		if got := stderr.String(); code != tt.code || !strings.HasPrefix(got, "weft: "+tt.want) || stdout.Len() > 0 {
			t.Errorf("weft results %s: exit code %d, %q, want %d, %q", tt.args, code, got, tt.code, tt.want)
		}
	}
}
