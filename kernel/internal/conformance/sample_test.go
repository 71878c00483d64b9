package conformance

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

// sampleEvery is how many of Go's programs TestSample passes over for each that
// it runs: enough in every mode for half a minute on two cores. The whole set is
// make conformance.
const sampleEvery = 94

// TestSample runs some of Go's own test programs in every mode; they may do no
// worse than the lists of known failures say.
func TestSample(t *testing.T) {
	path := needSession(t)
	dir, err := Folder()
	if err != nil {
		t.Skip(err)
	}
	all, err := Programs(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []Program
	for i := sampleEvery / 2; i < len(all); i += sampleEvery {
		list = append(list, all[i])
	}
	w, err := NewWitness(t.TempDir(), t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Engine: "interp"}, {Engine: "auto"}, {Engine: "auto", Split: true}} {
		t.Run(o.Name(), func(t *testing.T) {
			known, err := readKnown("testdata/known-" + o.Name() + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			o.Session, o.Log = path, t.Logf
			results, err := Run(t.Context(), list, w, o)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(Table(o.Name(), results))
			worse, _ := known.News(results)
			for _, r := range worse {
				t.Errorf("%s: %s: %s", r.Program, r.Class, r.Reason)
			}
		})
	}
}

func readKnown(file string) (Known, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadKnown(f)
}

// TestLists reads the lists of known failures: no answer may be wrong, and each
// program is one of Go's.
func TestLists(t *testing.T) {
	dir, err := Folder()
	if err != nil {
		t.Skip(err)
	}
	all, err := Programs(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, p := range all {
		names[p.Name] = true
	}
	for _, name := range []string{"interp", "auto", "auto-split"} {
		known, err := readKnown("testdata/known-" + name + ".txt")
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("no list of known failures of %s", name)
			continue
		}
		if err != nil {
			t.Error(err)
		}
		for _, r := range known {
			if r.Class == Wrong || !names[r.Program] {
				t.Errorf("%s: %s: %s is %s", name, r.Program, r.Reason, r.Class)
			}
		}
	}
}
