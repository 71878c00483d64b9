package echarts

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestSource(t *testing.T) {
	s := Source()
	if !strings.HasPrefix(s, "var echarts=") {
		t.Errorf("the library begins with %.60q", s)
	}
	if len(s) > 1_000_000 || len(packed) > 330_000 {
		t.Errorf("the library has %d bytes, %d packed: see _build/entry.mjs for what it holds", len(s), len(packed))
	}
	for name, want := range map[string]string{"LICENSE": "Apache License", "NOTICE": "Apache ECharts", "LICENSE.zrender": "BSD 3-Clause"} {
		if b, err := os.ReadFile(name); err != nil || !bytes.Contains(b, []byte(want)) {
			t.Errorf("%s does not hold %q: %v", name, want, err)
		}
	}
}

// The lock names packages by version and hash, and no registry.
func TestLock(t *testing.T) {
	b, err := os.ReadFile("_build/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte(`"resolved"`)) || bytes.Contains(b, []byte("http")) {
		t.Error("the lock names a registry: npm needs omit-lockfile-registry-resolved=true")
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		t.Fatal(err)
	}
	if v := lock.Packages["node_modules/echarts"].Version; !strings.Contains(Notice, "ECharts "+v) {
		t.Errorf("the lock has ECharts %s, which the notice does not say: %s", v, Notice)
	}
	for name, p := range lock.Packages {
		if name != "" && !regexp.MustCompile(`^sha512-`).MatchString(p.Integrity) {
			t.Errorf("%s has no hash", name)
		}
	}
}
