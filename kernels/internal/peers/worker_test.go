//go:build unix

package peers

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

// shell returns a harness whose Python is the shell, so that a peer is a few
// lines that anybody has an interpreter for.
func shell(t *testing.T, script string) (*Harness, *Peer) {
	t.Helper()
	tools := &toolbox{
		getenv:   func(string) string { return "" },
		lookPath: func(string) (string, error) { return "/bin/sh", nil },
		output:   func(string, ...string) (string, error) { return `{"python": "Shell 1"}`, nil },
	}
	h, err := openIn(t.TempDir(), fstest.MapFS{"src/fake.py": {Data: []byte(script)}}, tools)
	if err != nil {
		t.Fatal(err)
	}
	return h, &Peer{Kernel: "fake", System: "Shell", Variant: "v", Source: "fake.py", Env: []string{"EXTRA=more"}}
}

// obedient answers as peers shall; its checksum counts runs.
const obedient = `
while read -r word variant n threads; do
	case $word in
	setup) echo "ok $variant $n $threads $OMP_NUM_THREADS $EXTRA $GIVEN"; k=0 ;;
	run) k=$((k + 1)); echo "1000 20 3 $k.5" ;;
	esac
done
touch ended
`

func TestWorker(t *testing.T) {
	h, p := shell(t, obedient)
	ctx := context.Background()
	w, err := h.Start(ctx, p, 100, 2, "GIVEN=too")
	if err != nil {
		t.Fatal(err)
	}
	if want := "v 100 2 2 more too"; w.Note != want {
		t.Errorf("note %q, want %q", w.Note, want)
	}
	got, err := w.Run(ctx, 1)
	if want := (Sample{1000, 20, 3, 1.5}); got != want || err != nil {
		t.Errorf("one run: %+v, %v, want %+v", got, err, want)
	}
	// More than are asked for together.
	got, err = w.Run(ctx, atOnce+7)
	if want := (Sample{507_000, 507 * 20, 507 * 3, 508.5}); got != want || err != nil {
		t.Errorf("507 runs: %+v, %v, want %+v", got, err, want)
	}
	pid := w.Pid()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is there behind Close: %v", pid, err)
	}
	if _, err := os.Stat(filepath.Join(h.src, "ended")); err != nil {
		t.Errorf("it was killed instead of being let end: %v", err)
	}
	if versions, err := h.Versions(p); versions != "Shell 1" || err != nil {
		t.Errorf("Versions: %q, %v", versions, err)
	}
}

func TestWorkerTroubles(t *testing.T) {
	const ok = `read -r line; echo ok; read -r line; `
	tests := []struct{ name, script, start, run string }{
		{"refuses", `read -r line; echo "no too large"`, "peer fake in Shell (fake.py): refuses: too large", ""},
		{"babbles", `read -r line; echo hello`, `answers setup with "hello", want ok or no`, ""},
		{"dies at once", `echo "first
second" >&2; exit 3`, "exit status 3\nfirst\nsecond", ""},
		{"ends at once", `exit 0`, "ended without an answer", ""},
		{"dies in a run", ok + `echo "out of luck" >&2; exit 4`, "", "exit status 4\nout of luck"},
		{"words are missing", ok + `echo 1 2 3`, "", `answers run with "1 2 3", want`},
		{"not a number", ok + `echo 1 2 3 x`, "", `answers run with "1 2 3 x", want`},
		{"negative time", ok + `echo -1 2 3 4`, "", `answers run with "-1 2 3 4", want`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, p := shell(t, tt.script)
			w, err := h.Start(context.Background(), p, 1, 1)
			if tt.start != "" {
				if err == nil || !strings.Contains(err.Error(), tt.start) {
					t.Errorf("Start: %v, want %s", err, tt.start)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if _, err := w.Run(context.Background(), 1); err == nil || !strings.Contains(err.Error(), tt.run) {
				t.Errorf("Run: %v, want %s", err, tt.run)
			}
		})
	}
}

// A peer that does not answer is given up when the context ends, with what it
// has started.
func TestWorkerIsStopped(t *testing.T) {
	h, p := shell(t, `read -r line; echo ok; sleep 1000 & echo $! >child; wait`)
	ctx, cancel := context.WithCancelCause(context.Background())
	w, err := h.Start(ctx, p, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("enough")
	time.AfterFunc(20*time.Millisecond, func() { cancel(why) })
	from := time.Now()
	if _, err := w.Run(ctx, 1); !errors.Is(err, why) {
		t.Errorf("Run: %v, want %v", err, why)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(from); took > grace {
		t.Errorf("took %v", took)
	}
	text, err := os.ReadFile(filepath.Join(h.src, "child"))
	if err != nil {
		t.Fatal(err)
	}
	mustEnd(t, strings.TrimSpace(string(text)))
}

// Close kills a peer that does not end with its input.
func TestStubbornWorker(t *testing.T) {
	h, p := shell(t, `read -r line; echo ok; trap '' TERM HUP INT; while :; do sleep 1000; done`)
	w, err := h.Start(context.Background(), p, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	pid := w.Pid()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is there behind Close: %v", pid, err)
	}
}

// mustEnd waits for a process that is not our child to be gone.
func mustEnd(t *testing.T, pid string) {
	t.Helper()
	for range 100 {
		out, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
		if err != nil || strings.HasPrefix(string(out), "Z") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s is still there", pid)
}
