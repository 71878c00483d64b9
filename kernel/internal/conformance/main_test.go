package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/weft-go/weft/kernel/internal/front"
)

// session builds the session's program as it is installed: compiled cells open
// in no other.
var session = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "weft-session")
	out, err := exec.Command("go", "build", "-trimpath", "-o", path, "github.com/weft-go/weft/kernel/cmd/weft-session").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the session: %w\n%s", err, out)
	}
	return path, nil
})

var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "weft-conformance-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// needSession skips tests that take long where that is not wanted, and those
// that need a compiler for cells where there is none.
func needSession(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("running sessions takes long")
	}
	path, err := session()
	if err != nil {
		t.Fatal(err)
	}
	f := newFront(t, path, "auto")
	s := &screen{}
	(&kernel{front: f, opts: Options{Limit: patience}}).cell(t.Context(), "%engine native", s)
	if s.err != nil {
		t.Skip("cells can't be compiled here: ", s.err.EValue)
	}
	return path
}

func newFront(t *testing.T, session, engine string) *front.Front {
	t.Helper()
	f, err := front.New(t.Context(), front.Options{Session: session, Dir: t.TempDir(), Engine: engine, Memory: 2 << 30, Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return f
}
