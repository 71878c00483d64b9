//go:build amd64 && !noasm

package matmul

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCaches(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index0/type": "Data\n", "index0/level": "1\n", "index0/size": "48K\n",
		"index1/type": "Instruction\n", "index1/level": "1\n", "index1/size": "64K\n",
		"index2/type": "Unified\n", "index2/level": "2\n", "index2/size": "2048K\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if l1, l2 := caches(dir); l1 != 48<<10 || l2 != 2<<20 {
		t.Errorf("caches are %d and %d bytes, want 48 KiB and 2 MiB", l1, l2)
	}
	if l1, l2 := caches(filepath.Join(dir, "none")); l1 != 32<<10 || l2 != 512<<10 {
		t.Errorf("unknown caches are %d and %d bytes, want 32 and 512 KiB", l1, l2)
	}
}
