package magic

import (
	"strings"
	"testing"
)

const raceLog = `==================
WARNING: DATA RACE
Read at 0x00c0000120f8 by goroutine 8:
  main.X_count.func1()
      cell[1]:11 +0x84

Previous write at 0x00c0000120f8 by goroutine 7:
  runtime.mapassign_fast64()
      internal/runtime/maps/runtime_fast64_swiss.go:190 +0x0
  main.X_count.func1()
      cell[1]:12 +0x9c

Goroutine 8 (running) created at:
  main.X_count()
      cell[1]:9 +0x6f
  main.w_Cell()
      cell[2]:1 +0x2b

Goroutine 7 (finished) created at:
  sync.(*WaitGroup).Go()
      sync/waitgroup.go:238 +0x24
  main.w_Cell()
      cell[2]:4 +0x2b
==================
==================
WARNING: DATA RACE
Write at 0x00c0000120f8 by goroutine 9:
  runtime.mapassign_fast64()
      x.go:1 +0x0
  main.X_count.func1()
      cell[1]:12 +0x9c

Previous read at 0x00c0000120f8 by main goroutine:
  main.w_Cell()
      cell[1]:11 +0x84

Goroutine 9 (running) created at:
  main.X_count()
      cell[1]:9 +0x6f
==================
==================
WARNING: DATA RACE
Write at 0x00c0000120f8 by goroutine 9:
  [failed to restore the stack]

Previous atomic write at 0x00c0000120f8 by goroutine 6:
  main.f()
      cell[1]:30 +0x84
==================
Found 3 data race(s)
`

func TestParseRaces(t *testing.T) {
	races := ParseRaces(raceLog)
	if len(races) != 2 || races[0].Count != 2 || races[1].Count != 1 {
		t.Fatalf("races %+v", races)
	}
	a, b := races[0].Accesses[0], races[0].Accesses[1]
	if a.Verb != "read" || a.At != (RaceFrame{"count.func1", "cell[1]", 11}) || a.who() != "a goroutine started at cell[1]:9" || a.Through != nil {
		t.Errorf("the later access is %+v", a)
	}
	if b.Verb != "write" || b.At.Line != 12 || b.Through.Func != "runtime.mapassign_fast64" || b.who() != "a goroutine started at cell[2]:4" {
		t.Errorf("the earlier access is %+v", b)
	}
	text := (&RaceRun{Status: 66}).text(races, func(cell string, line int) (string, string, bool) { return "\tn++", "", line == 11 })
	for _, want := range []string{"2 data races found\n", "1. write and read of the same memory, reported 2 times\n", "   read at cell[1]:11 in count.func1 by a goroutine started at cell[1]:9\n       n++\n",
		"through runtime.mapassign_fast64", "unknown place", "previous atomic write at cell[1]:30 in f by goroutine 6", "exit status 66"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if got := ParseRaces("nothing"); len(got) != 0 {
		t.Errorf("races in nothing: %v", got)
	}
}
