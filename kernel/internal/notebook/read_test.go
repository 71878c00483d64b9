package notebook

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

func load(t *testing.T, name string) *Notebook {
	t.Helper()
	nb, err := Load(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func written(t *testing.T, nb *Notebook) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, nb); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func read(t *testing.T, text string) *Notebook {
	t.Helper()
	nb, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// Files that Python's nbformat wrote come out byte by byte.
func TestRoundTrip(t *testing.T) {
	for _, name := range []string{"everything.ipynb"} {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			if got := written(t, load(t, name)); got != string(want) {
				t.Error(difference(got, string(want)))
			}
		})
	}
}

func TestRead(t *testing.T) {
	nb := load(t, "everything.ipynb")
	c := nb.Cells[1]
	for _, test := range []struct {
		what      string
		got, want any
	}{
		{"minor", nb.Minor, 5},
		{"cells", len(nb.Cells), 9},
		{"title", nb.Title(), "The Julia set, ünïcode — 世界"},
		{"language", nb.language(), "go"},
		{"tags", strings.Join(c.Tags(), ","), "parameters"},
		{"id", c.ID, "c1"},
		{"source is joined", strings.Count(c.Source, "\n"), 18},
		{"count", *c.Count, 1},
		{"count of a cell that was not run", nb.Cells[7].Count == nil, true},
		{"stream", c.Outputs[0].Text, "Sum of iterations: 33219980\n\u2028sep"},
		{"json keeps its lists", len(c.Outputs[4].Data["application/json"].(map[string]any)["k"].([]any)), 2},
		{"unknown member", nb.Extra["weft_extra"] != nil, true},
		{"unknown member of a cell", c.Extra["weft_cell"] != nil, true},
		{"unknown member of an output", c.Outputs[0].Extra["weft_out"], "x"},
		{"attachment", nb.Cells[2].Attachments["small.png"] != nil, true},
		{"error", nb.Cells[5].Outputs[0].EName, "panic"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.what, test.got, test.want)
		}
	}
}

// What other programs write becomes what Jupyter would have written.
func TestWriteNormalizes(t *testing.T) {
	const in = "\uFEFF" + `{"nbformat":4,"nbformat_minor":2,"cells":[
		{"cell_type":"code","source":"a\nb","execution_count":null,"outputs":[
			{"output_type":"stream","name":"stdout","text":"x\ny\n"},
			{"output_type":"display_data","data":{"text/html":"<b>&amp;</b>\n","image/png":["QUJD\n","RA=="],"application/x+json":["l"]},"metadata":{}},
			{"output_type":"pyout","text":["kept ","as it is"]}]},
		{"cell_type":"markdown","metadata":{"trusted":true,"n":1e400},"source":[]}],
		"metadata":{"signature":"x","b":1.0,"a":"\u00fc\u2028<&>\u0001\u007f"}}`
	golden(t, "normalized.ipynb", written(t, read(t, in)))
}

func TestReadRefuses(t *testing.T) {
	const cells = `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[`
	for _, test := range []struct{ name, text, want string }{
		{"empty", " \n", "the file is empty: give a notebook that Jupyter saved"},
		{"no json", "package main\n", "line 1 is not JSON: invalid character 'p' looking for beginning of value; give a notebook (.ipynb) that Jupyter saved"},
		{"cut", "{\n\"cells\": [\n{", "line 3 is not JSON: it ends in the middle; give a notebook (.ipynb) that Jupyter saved"},
		{"comma", "{\n\"cells\": [],\n}", "line 3 is not JSON: invalid character '}' looking for beginning of object key string; give a notebook (.ipynb) that Jupyter saved"},
		{"text behind", "{}\n\n{}", "line 3 is not JSON: text behind the notebook's end; give a notebook (.ipynb) that Jupyter saved"},
		{"git conflict", "{\n<<<<<<< HEAD\n", "line 2: a conflict that git left: decide for one version and remove the marks"},
		{"latin-1", "{\"a\": \"\xfc\"}", "the text is not UTF-8: save it as UTF-8"},
		{"a list", "[]", "this is JSON but no notebook (a list where an object belongs): give a file that Jupyter saved"},
		{"package.json", `{"name":"x"}`, "this is JSON but no notebook (it has no nbformat): give a file that Jupyter saved"},
		{"format 3", `{"nbformat":3,"worksheets":[]}`, "notebook of format 3, only 4 can be read: convert it with jupyter nbconvert --to notebook"},
		{"format 5", `{"nbformat":5}`, "notebook of format 5, only 4 can be read: save it in format 4, or use a newer Weft"},
		{"format text", `{"nbformat":"4"}`, "nbformat is text, not a number: give a file that Jupyter saved"},
		{"no cells", `{"nbformat":4}`, "not a valid notebook: cells is missing; open it in Jupyter and save it again, or take an earlier version of it"},
		{"cells null", `{"nbformat":4,"cells":null}`, "not a valid notebook: cells is null where a list belongs; "},
		{"cell", cells + `3]}`, "not a valid notebook: cell 1: a number where an object belongs; "},
		{"cell type", cells + `{"source":"","metadata":{}}]}`, "not a valid notebook: cell 1: cell_type is missing; "},
		{"source", cells + `{"cell_type":"code","source":[1],"metadata":{}}]}`, "not a valid notebook: cell 1: source is a list where text belongs; "},
		{"count", cells + `{"cell_type":"code","source":"","execution_count":-1,"outputs":[]}]}`, "not a valid notebook: cell 1: execution_count is a number where a count belongs; "},
		{"outputs", cells + `{"cell_type":"code","source":"","outputs":{}}]}`, "not a valid notebook: cell 1: outputs is an object where a list belongs; "},
		{"output", cells + `{"cell_type":"code","source":"","outputs":[{"output_type":"error","ename":true}]}]}`, "not a valid notebook: cell 1: output 1: ename is true or false where text belongs; "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.text))
			if err == nil {
				t.Fatal("no error")
			}
			if want := "read notebook: " + test.want; !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got:  %v\nwant: %s", err, want)
			}
		})
	}
}

func TestLoadMissing(t *testing.T) {
	_, err := Load(filepath.Join("nowhere", "x.ipynb"))
	if want := "read notebook " + filepath.Join("nowhere", "x.ipynb") + ": no such file or directory"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// As Python: [len(l) for l in text.splitlines(True)].
func TestSplitLines(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"a", "a"},
		{"a\n", "a\n"},
		{"a\nb", "a\n|b"},
		{"a\r\nb\rc", "a\r\n|b\r|c"},
		{"\n\n", "\n|\n"},
		{"a\vb\fc\x1cd\x1de\x1ef\x1fg", "a\v|b\f|c\x1c|d\x1d|e\x1e|f\x1fg"},
		{"a\u0085b\u2028c\u2029d\u00a0ü", "a\u0085|b\u2028|c\u2029|d\u00a0ü"},
	} {
		if got := strings.Join(splitLines(test.text), "|"); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

// Whatever is read can be written, and what was written reads and writes the
// same; the page of it can be made.
func FuzzRead(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "everything.ipynb"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":"%x\n!y","outputs":[]}]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"markdown","source":"$$\na\n$$ <b>$x$ ![a](attachment:b)"}]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":"","outputs":[{"output_type":"error","ename":"","evalue":"","traceback":["\u001b[38;5;1m"]}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		nb, err := Read(bytes.NewReader(text))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %v", err)
			}
			return
		}
		first := written(t, nb)
		again, err := Read(strings.NewReader(first))
		if err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, first)
		}
		if second := written(t, again); second != first {
			t.Error(difference(second, first))
		}
		if err := WriteHTML(new(bytes.Buffer), nb, Page{}); err != nil {
			t.Error(err)
		}
	})
}
