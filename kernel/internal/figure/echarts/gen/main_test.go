package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Without node the library stays as it is, and that is said.
func TestWithoutNode(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	out := t.TempDir()
	old := filepath.Join(out, "echarts.js.gz")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := run("../_build", out)
	var missing *missingError
	if !errors.As(err, &missing) {
		t.Errorf("run gives %v", err)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "old" {
		t.Errorf("the library became %q, %v", b, err)
	}
}

func TestPack(t *testing.T) {
	a, err := pack([]byte("some text, some text"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := pack([]byte("some text, some text"))
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("packed twice, it is not the same: %v", err)
	}
}
