package dock

import (
	"bytes"
	"io"
	"reflect"
	"testing"
)

func TestTake(t *testing.T) {
	a, b := &Package{Path: "nb/c1"}, &Package{Path: "nb/c2"}
	Register(a)
	Register(b)
	if got := Take(); !reflect.DeepEqual(got, []*Package{a, b}) {
		t.Errorf("took %v", got)
	}
	if got := Take(); len(got) != 0 {
		t.Errorf("took %v again", got)
	}
}

// ends says whether f ends its goroutine.
func ends(f func()) bool {
	ended := make(chan bool)
	go func() {
		over := false
		defer func() { ended <- !over }()
		f()
		over = true
	}()
	return <-ended
}

func TestPoll(t *testing.T) {
	r := &Run{}
	if ends(Poll) || ends(r.Poll) {
		t.Error("a poll ends a goroutine of a cell that was not stopped")
	}
	r.Stop()
	if !ends(r.Poll) {
		t.Error("a poll does not end a stopped run")
	}
	defer func(f func() bool) { Ends = f; Stopped.Store(false) }(Ends)
	Stopped.Store(true)
	Ends = func() bool { return false }
	if ends(Poll) {
		t.Error("a poll ends a goroutine that need not end")
	}
	Ends = func() bool { return true }
	if !ends(Poll) {
		t.Error("a poll does not end a goroutine that has to")
	}
}

func TestFatal(t *testing.T) {
	defer func(f func(int)) { Exit = f }(Exit)
	code := 0
	Exit = func(n int) { code = n }
	Fatalf("%d", 1)
	if code != 1 {
		t.Errorf("exit status %d", code)
	}
}

func TestOutput(t *testing.T) {
	var b bytes.Buffer
	defer func(w io.Writer, r io.Reader) { Stdout, Stdin = w, r }(Stdout, Stdin)
	Stdout, Stdin = &b, bytes.NewBufferString("Ada 3\n")
	var name string
	var n int
	if _, err := Scan(&name, &n); err != nil {
		t.Fatal(err)
	}
	Print(name, n)
	Println()
	Printf("%03d", n)
	if b.String() != "Ada3\n003" {
		t.Errorf("printed %q", b.String())
	}
}

func BenchmarkPoll(b *testing.B) {
	for b.Loop() {
		Poll()
	}
}
