package shm

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMoreThanThereIs(t *testing.T) {
	r := look()
	if r.total <= 0 || r.free <= 0 || r.free > r.total {
		t.Fatalf("the machine's memory: %+v", r)
	}
	_, err := NewBytes(r.free + r.free/8)
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), size(r.total)) {
		t.Errorf("an eighth more than is free: %v", err)
	}
	_, err = NewFloat64s(1 << 50)
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "9.01 PB are asked for") {
		t.Errorf("2⁵⁰ numbers: %v", err)
	}
}

// The limits of control groups, read from a made-up tree.
func TestGroups(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a/memory.max", "3000000\n")
	write("a/memory.current", "1000000\n")
	write("a/memory.stat", "anon 5\ninactive_file 500000\n")
	write("a/b/memory.max", "max\n")
	r := room{total: 8_000_000, free: 7_000_000, limit: 1 << 62}
	r.narrow(root, "/a/b", "memory.max", "memory.current", "inactive_file")
	if r.limit != 3_000_000 || r.free != 2_500_000 || r.group != "/a" {
		t.Errorf("%+v", r)
	}
	if got, want := r.String(), "2.5 MB of 8 MB are free, and control group /a may have 3 MB"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
