package measure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// ResultsDir is the folder, in the notebook's own, where saved results lie.
const ResultsDir = "weft-results"

// last is the session's last record.
var last struct {
	sync.Mutex
	record *Record
}

// Remember keeps a record as the session's last one, for [Last]. Magics do that
// with what they show.
func Remember(r Record) {
	last.Lock()
	defer last.Unlock()
	last.record = &r
}

// Last returns the record of the last measurement of the session.
func Last() (Record, bool) {
	last.Lock()
	defer last.Unlock()
	if last.record == nil {
		return Record{}, false
	}
	return *last.record, true
}

// checkName says what is wrong with a name for a saved result, which becomes a
// file's name: letters, digits and -_.+ only, and a letter or digit first.
func checkName(name string) error {
	const longest = 100
	first, _ := utf8.DecodeRuneInString(name)
	bad := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.+", r)
	}
	switch {
	case name == "":
		return errors.New("a result needs a name")
	case len(name) > longest:
		return fmt.Errorf("the name %q is longer than %d bytes", short(name), longest)
	case bad(first) || !unicode.IsLetter(first) && !unicode.IsDigit(first) || strings.ContainsFunc(name, bad):
		return fmt.Errorf("%q is no name for a result: take letters, digits, - and _", name)
	}
	return nil
}

// Save writes a record under a name into ResultsDir in the current folder, in
// place of one that has it. The file is there whole or not at all.
func Save(name string, r Record) error {
	return saveIn(ResultsDir, name, r)
}

func saveIn(dir, name string, r Record) (err error) {
	if err := checkName(name); err != nil {
		return err
	}
	if r.Version == 0 {
		r.Version = RecordVersion
	}
	r.Name = name
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	f, err := os.CreateTemp(dir, "."+name+"-*")
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("save %s: %w", name, err)
		}
	}()
	_, err = f.Write(append(data, '\n'))
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(dir, name+".json"))
}

// Saved lists the names of saved results, sorted.
func Saved() []string {
	entries, _ := os.ReadDir(ResultsDir)
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && checkName(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// Load reads a result: by the name under which it was saved, with or without @
// in front; of a notebook's outputs, as "file.ipynb#name", where name is
// the record's name, its code, or its number counted from 1, and without #name the
// last one; or of a file with the ending .json.
func Load(name string) (Record, error) {
	name = strings.TrimPrefix(name, "@")
	if file, which, ok := strings.Cut(name, "#"); ok || strings.HasSuffix(name, ".ipynb") {
		records, err := LoadNotebook(file)
		if err != nil {
			return Record{}, err
		}
		return choose(file, records, which)
	}
	path := name
	if !strings.HasSuffix(name, ".json") {
		if err := checkName(name); err != nil {
			return Record{}, err
		}
		path = filepath.Join(ResultsDir, name+".json")
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		hint := "nothing is saved here yet"
		if names := Saved(); len(names) > 0 {
			hint = "there are " + strings.Join(names, ", ")
		}
		return Record{}, fmt.Errorf("no saved result %s: %s", name, hint)
	}
	if err != nil {
		return Record{}, fmt.Errorf("load %s: %w", name, err)
	}
	r, err := parseRecord(data)
	if err != nil {
		return Record{}, fmt.Errorf("load %s: %w", name, err)
	}
	return r, nil
}

// parseRecord reads a record and says if it is of a newer form.
func parseRecord(data []byte) (Record, error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Record{}, fmt.Errorf("not a saved result: %w", err)
	}
	switch {
	case head.Version == 0:
		return Record{}, errors.New("not a saved result: it has no version")
	case head.Version > RecordVersion:
		return Record{}, fmt.Errorf("written by a newer Weft (version %d of the form, this one reads %d)", head.Version, RecordVersion)
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return Record{}, fmt.Errorf("not a saved result: %w", err)
	}
	return r, nil
}

// LoadNotebook reads all results in the outputs of a notebook (.ipynb, nbformat
// 4), in order. Records of a newer form and what can't be read are left out.
func LoadNotebook(path string) ([]Record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load results: %w", err)
	}
	var nb struct {
		Cells []struct {
			Outputs []struct {
				Data     map[string]json.RawMessage `json:"data"`
				Metadata struct {
					Weft struct {
						Result json.RawMessage `json:"result"`
					} `json:"weft"`
				} `json:"metadata"`
			} `json:"outputs"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(data, &nb); err != nil {
		return nil, fmt.Errorf("load results of %s: not a notebook: %w", path, err)
	}
	var records []Record
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			for _, text := range []json.RawMessage{o.Metadata.Weft.Result, o.Data[ResultMIME]} {
				if r, err := parseRecord(text); len(text) > 0 && err == nil {
					records = append(records, r)
					break
				}
			}
		}
	}
	return records, nil
}

// choose picks the record that which names.
func choose(file string, records []Record, which string) (Record, error) {
	if len(records) == 0 {
		return Record{}, fmt.Errorf("%s has no results of Weft in its outputs", file)
	}
	if which == "" {
		return records[len(records)-1], nil
	}
	for _, r := range slices.Backward(records) { // the last of that name
		if r.Name == which || key(r.Text) == key(which) {
			return r, nil
		}
	}
	var n int
	if _, err := fmt.Sscanf(which+"\n", "%d\n", &n); err == nil && n >= 1 && n <= len(records) {
		return records[n-1], nil
	}
	var names []string
	for i, r := range records {
		label := r.Name
		if label == "" {
			label = short(r.Text)
		}
		names = append(names, fmt.Sprintf("%d (%s)", i+1, label))
	}
	return Record{}, fmt.Errorf("%s has no result %q, only %s", file, which, strings.Join(names, ", "))
}

// Results returns the samples of a record as results, to compare them.
func (r Record) Results() []Result {
	results := make([]Result, len(r.Series))
	for i, s := range r.Series {
		results[i] = s.result(r.Engine)
		if r.Machine != nil {
			results[i].where = r.Machine.brief()
		}
		if s.Text == "" {
			results[i].Text = r.Text
		}
		if s.Param != "" {
			results[i].Name = fmt.Sprintf("%s %s=%d", s.Name, s.Param, s.N)
		}
	}
	return results
}

// String tells what a record holds.
func (r Record) String() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s", r.Kind)
	if r.Name != "" {
		fmt.Fprintf(&b, " %s", r.Name)
	}
	fmt.Fprintf(&b, ": %s, %s", short(r.Text), r.Time.Format("2006-01-02 15:04:05 MST"))
	if r.Engine != "" {
		fmt.Fprintf(&b, ", %s", r.Engine)
	}
	if r.Machine != nil {
		fmt.Fprintf(&b, ", on %s", r.Machine.CPU)
	}
	for _, x := range r.Results() {
		if len(x.Samples) == 0 {
			continue
		}
		median, interval := Summarize(x.Samples).Seconds(defaultPrecision)
		fmt.Fprintf(&b, "\n  %s: median %s %s (%s)", short(x.label()), median, interval, count(len(x.Samples), "sample", "samples"))
	}
	return b.String()
}

// Record returns the record itself.
func (r Record) Record() Record { return r }

// MIMEBundle returns the record as text, with a chart of its samples, and as
// itself.
func (r Record) MIMEBundle() map[string]any {
	results := r.Results()
	switch {
	case len(results) == 1:
		return bundle(r.String(), results[0].Chart(), r, lines(r.String())...)
	case len(results) > 1:
		return bundle(r.String(), Comparison{Text: r.Text, Engine: r.Engine, Results: results, Differences: make([]Difference, len(results)-1)}.Chart(), r, lines(r.String())...)
	}
	return bundle(r.String(), nil, r)
}

// Elsewhere says in what the machine on which a record was measured differs
// from this one, as it is now.
func (r Record) Elsewhere() []string {
	name := r.Name
	if name == "" {
		name = short(r.Text)
	}
	if r.Machine == nil {
		return []string{name + " does not tell the machine that it was measured on"}
	}
	var out []string
	for _, d := range r.Machine.Diff(Machine()) {
		out = append(out, name+" was measured on another machine or in another state: "+d)
	}
	return out
}
