package collect

import (
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// What others write to standard error meanwhile is not lost.
func TestWithoutLines(t *testing.T) {
	old, err := syscall.Dup(2)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Dup3(int(w.Fd()), 2, 0); err != nil {
		t.Fatal(err)
	}
	ok := withoutLines([]byte("noise"), func() { _, _ = syscall.Write(2, []byte("one\nsome noise\ntwo\n")) })
	if err := syscall.Dup3(old, 2, 0); err != nil {
		t.Fatal(err)
	}
	syscall.Close(old)
	w.Close()
	got, _ := io.ReadAll(r)
	if !ok || strings.Contains(string(got), "noise") || string(got) != "one\ntwo\n" {
		t.Errorf("%v, got %q", ok, got)
	}
}
