package engine

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/supervisor"
)

// crashPackage ends the process in each way that Go has; the lines are those
// of cell[3].
const crashPackage = `package nb

import (
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/internal/dock"
)

var mode *string
var m = map[int]int{}

func deep(n int) int {
//line cell[3]:5
	return deep(n+1) + 1
}

func write(k int) {
	for {
//line cell[3]:7
		m[k]++
	}
}

func Cell(*dock.Run) {
	var mu sync.Mutex
	var big [][]byte
	var p *[4]int
	switch *mode {
//line cell[3]:10
	case "panic": go func() { p[1] = 2 }(); time.Sleep(time.Second)
	case "map": go write(1); write(2)
	case "overflow": deep(0)
	case "unlock": mu.Unlock()
	case "memory": for { big = append(big, make([]byte, 120<<20)) }
	case "custom": go func() { panic(errors{}) }(); time.Sleep(time.Second)
	}
}

type errors struct{}
func (errors) Error() string { return "own error" }

func init() { dock.Register(&dock.Package{Path: "nb/c5", Cell: Cell, Vars: map[string]any{"mode": &mode}}) }
`

type noEvents struct{}

func (noEvents) Stream(int, string, []byte) {}
func (noEvents) Display(link.Display)       {}
func (noEvents) Ask(link.Ask)               {}

// A session that dies in compiled code tells cell and line, as it does in
// interpreted code.
func TestCompiledCrash(t *testing.T) {
	needsPlugins(t)
	binary, err := sessionBinary()
	if err != nil {
		t.Fatal(err)
	}
	plugin := buildPlugin(t, "crash", map[string]string{"c5": crashPackage})
	for _, tt := range []struct {
		mode, reason, message string
		line                  int // 0: Go does not always tell
	}{
		{"panic", supervisor.Panic, "runtime error: invalid memory address or nil pointer dereference", 10},
		{"map", supervisor.FatalError, "concurrent map writes", 7},
		{"overflow", supervisor.StackOverflow, "goroutine stack exceeds 134217728-byte limit\nstack overflow", 5},
		{"unlock", supervisor.FatalError, "sync: unlock of unlocked mutex", 13},
		{"memory", supervisor.OutOfMemory, "", 0},
		{"custom", supervisor.Panic, "own error", 15},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			s, err := supervisor.Start(context.Background(), supervisor.Options{Path: binary, Memory: 600 << 20}, noEvents{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			_, err = s.Run(link.Run{Cell: 7, Name: "cell[3]", Waits: true,
				Files:  []link.File{{ID: 1, Name: "cell[3]", Text: "package main\nvar mode = \"" + tt.mode + "\"\n"}},
				Native: &link.Native{Loads: []link.Load{{Path: nb + "c5", File: plugin}}}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Run(link.Run{Cell: 8, Name: "cell[3]", Waits: true, Native: &link.Native{Cell: nb + "c5"}})
			var c *supervisor.Crash
			if !errors.As(err, &c) {
				t.Fatalf("got %v", err)
			}
			if tt.mode == "memory" && strings.Contains(c.Message, "pthread_create") {
				return // what was left was too little for a thread, before it was too little for the heap
			}
			if c.Reason != tt.reason || tt.message != "" && c.Message != tt.message || c.Cell != 8 || c.Hint == "" {
				t.Errorf("%s: %q, cell %d, hint %q", c.Reason, c.Message, c.Cell, c.Hint)
			}
			if tt.line != 0 && (len(c.Trace) == 0 || c.Trace[0].File != "cell[3]" || c.Trace[0].Line != tt.line) {
				t.Errorf("trace %+v\n%.3000s", c.Trace, c.Raw)
			}
		})
	}
}
