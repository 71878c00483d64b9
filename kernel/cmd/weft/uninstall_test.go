package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRemoveListed(t *testing.T) {
	outside := t.TempDir()
	prefix := filepath.Join(outside, "prefix")
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(prefix, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	exists := func(name string) bool {
		_, err := os.Lstat(filepath.Join(prefix, name))
		return err == nil
	}

	if n, err := removeListed(outside); n != 0 || err != nil {
		t.Errorf("without a manifest: removed %d, %v", n, err)
	}

	write("bin/weft", "")
	write("bin/mine", "")
	write("share/weft/tour.html", "")
	write("../keep", "")
	write(manifest, "bin/weft\nshare/weft/tour.html\nshare/weft/gone\n"+manifest+"\n")
	n, err := removeListed(prefix)
	if n != 2 || err != nil {
		t.Errorf("removed %d files, %v; want 2", n, err)
	}
	for name, want := range map[string]bool{"bin/weft": false, "bin/mine": true, "share/weft": false, "share": true} {
		if exists(name) != want {
			t.Errorf("%s is there: %v, want %v", name, !want, want)
		}
	}

	// A manifest can't lead out of its prefix.
	write(manifest, "../keep\n")
	if _, err := removeListed(prefix); err == nil {
		t.Error("a path that leads out is taken")
	}
	if !exists("../keep") || !exists(manifest) {
		t.Error("a file outside of the prefix, or the manifest, was removed")
	}
}
