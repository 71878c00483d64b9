package notebook

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fullDisk takes so many bytes and then none.
type fullDisk struct {
	w    io.Writer
	room int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), d.room)
	d.room -= n
	if n, err := d.w.Write(p[:n]); err != nil {
		return n, err
	}
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// files lists a folder with the files' texts.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e.Name()+"="+string(text))
	}
	return strings.Join(list, " ")
}

func TestReplaceOnAFullDisk(t *testing.T) {
	for _, room := range []int{0, 1, 5000, 100_000} {
		for _, old := range []bool{true, false} {
			dir := t.TempDir()
			path := filepath.Join(dir, "x.ipynb")
			want := ""
			if old {
				if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
					t.Fatal(err)
				}
				want = "x.ipynb=old"
			}
			nb := &Notebook{Cells: []*Cell{{Kind: Code, Source: strings.Repeat("x\n", 100_000)}}}
			err := replace(path,
				func(w io.Writer) error { return Write(w, nb) },
				func(f *os.File) io.Writer { return &fullDisk{f, room} })
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("room %d: error %v, want %v", room, err, syscall.ENOSPC)
			}
			if got := files(t, dir); got != want {
				t.Errorf("room %d: left %q, want %q", room, got, want)
			}
			if want := "save " + path + ": write notebook: no space left on device; nothing was changed"; err.Error() != want {
				t.Errorf("room %d: got %q, want %q", room, err, want)
			}
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.ipynb")
	nb := load(t, "everything.ipynb")
	for range 2 { // a new file, an old one
		if err := Save(path, nb); err != nil {
			t.Fatal(err)
		}
		if got, want := files(t, dir), "x.ipynb="+written(t, nb); got != want {
			t.Error(difference(got, want))
		}
	}
}

func TestReplaceKeepsPermissionsAndLinks(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", link); err != nil {
		t.Fatal(err)
	}
	hello := func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }
	if err := Replace(link, hello); err != nil {
		t.Fatal(err)
	}
	if got, want := files(t, dir), "a=new b=new"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().String(); got != "-rw-r-----" {
		t.Errorf("permissions are %s", got)
	}
	if to, err := os.Readlink(link); to != "a" {
		t.Errorf("the link is %q, %v", to, err)
	}
}

func TestReplaceErrors(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ path, want string }{
		{filepath.Join(dir, "no", "x"), "no such file or directory; nothing was changed"},
		{dir, "this is a folder; nothing was changed"},
	} {
		err := Replace(test.path, func(io.Writer) error { return nil })
		if want := "save " + test.path + ": " + test.want; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if got := files(t, dir); got != "" {
		t.Errorf("left %q", got)
	}
}

// A device is written, not replaced.
func TestReplaceDevice(t *testing.T) {
	if err := Replace(os.DevNull, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s is %v, %v", os.DevNull, info.Mode(), err)
	}
}
