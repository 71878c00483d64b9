package display

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// discard is a sink that keeps nothing.
type discard struct{}

func (discard) Display(sink.Bundle) {}
func (discard) Update(sink.Bundle)  {}
func (discard) Clear(bool)          {}

func setSink(t testing.TB, s sink.Sink) {
	sink.Set(s)
	t.Cleanup(func() { sink.Set(nil) })
}

// lines returns the text of what was sent.
func (r *recorder) lines() []string {
	var lines []string
	_, bundles := r.all()
	for _, b := range bundles {
		lines = append(lines, b.Data[mimeText].(string))
	}
	return lines
}

func TestProgress(t *testing.T) {
	none, half, full := strings.Repeat("░", 25), strings.Repeat("█", 12)+strings.Repeat("░", 13), strings.Repeat("█", 25)
	tests := []struct {
		name string
		work func()
		want []string
	}{
		{"to the end", func() {
			p := Progress(2)
			time.Sleep(time.Second)
			p.Add(1)
			time.Sleep(time.Second)
			p.Add(1)
		}, []string{"  0 % " + none + " 0/2, 0.0 s", " 50 % " + half + " 1/2, 1.0 s, 1/s, 1.0 s left", "100 % " + full + " 2/2, 2.0 s, 1/s"}},
		{"done twice", func() {
			p := Progress(1, "one")
			p.Add(1)
			p.Done()
			p.Add(1)
			p.Set(0)
			time.Sleep(time.Second)
		}, []string{"one   0 % " + none + " 0/1, 0.0 s", "one 100 % " + full + " 1/1, 0.0 s"}},
		{"stopped early", func() {
			p := Progress(2)
			p.Set(1)
			p.Done()
			time.Sleep(time.Second)
		}, []string{"  0 % " + none + " 0/2, 0.0 s", " 50 % " + half + " 1/2, 0.0 s"}},
		{"past the end", func() {
			p := Progress(2)
			p.Add(3)
		}, []string{"  0 % " + none + " 0/2, 0.0 s", "100 % " + full + " 3/2, 0.0 s"}},
		{"without total", func() {
			p := Progress(0)
			time.Sleep(time.Second)
			p.Add(2500)
			time.Sleep(time.Second)
			p.Done()
		}, []string{"0, 0.0 s", "2500, 1.0 s, 2.5k/s", "2500, 2.0 s, 1.25k/s"}},
		{"backwards", func() {
			p := Progress(2)
			time.Sleep(time.Second)
			p.Add(-5)
			time.Sleep(time.Second)
			p.Done()
		}, []string{"  0 % " + none + " 0/2, 0.0 s", "  0 % " + none + " -5/2, 1.0 s", "  0 % " + none + " -5/2, 2.0 s"}},
		{"what comes in between is shown when it pauses", func() {
			p := Progress(4, "a", "b")
			p.Add(1)
			p.Add(1)
			p.Label("c")
			time.Sleep(time.Second)
			p.Done()
		}, []string{"a b   0 % " + none + " 0/4, 0.0 s", "c  50 % " + half + " 2/4, 0.1 s, 20/s, 0.1 s left", "c  50 % " + half + " 2/4, 1.0 s, 2/s"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := record(t)
			synctest.Test(t, func(*testing.T) {
				tt.work()
				synctest.Wait()
			})
			if got := r.lines(); !slices.Equal(got, tt.want) {
				t.Errorf("sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			calls, bundles := r.all()
			for i, b := range bundles {
				if (calls[i] == "display") != (i == 0) || b.ID == "" || b.ID != bundles[0].ID {
					t.Errorf("call %d is a %s of %q", i, calls[i], b.ID)
				}
			}
		})
	}
}

func TestProgressHTML(t *testing.T) {
	r := record(t)
	synctest.Test(t, func(*testing.T) {
		p := Progress(4, "<a>")
		time.Sleep(time.Second)
		p.Set(1)
		p.Done()
		Progress(0).Done()
		time.Sleep(interval)
	})
	_, bundles := r.all()
	for i, want := range []string{
		`<div style="font-family:monospace">&lt;a&gt; <progress value="0" max="4"></progress> 0 % 0/4, 0.0 s</div>`,
		`<div style="font-family:monospace">&lt;a&gt; <progress value="1" max="4"></progress> 25 % 1/4, 1.0 s, 1/s</div>`,
		`<div style="font-family:monospace"><progress></progress> 0, 0.0 s</div>`,
		`<div style="font-family:monospace">0, 0.0 s</div>`,
	} {
		if got := bundles[i].Data[mimeHTML]; got != want {
			t.Errorf("message %d\ngot  %s\nwant %s", i, got, want)
		}
	}
}

func TestProgressRate(t *testing.T) {
	r := record(t)
	synctest.Test(t, func(*testing.T) {
		p := Progress(10_000)
		for range 10_000 {
			time.Sleep(time.Millisecond)
			p.Add(1)
		}
		time.Sleep(interval)
	})
	_, bundles := r.all()
	if n := len(bundles); n < 90 || n > 102 {
		t.Errorf("%d messages in 10 s, want about 100", n)
	}
	for i := 1; i < len(r.times)-1; i++ { // the last one does not wait
		if d := r.times[i].Sub(r.times[i-1]); d < interval {
			t.Errorf("message %d came %v after the one before", i, d)
		}
	}
	if last := r.lines()[len(bundles)-1]; !strings.Contains(last, "10000/10000, 10 s, 1k/s") {
		t.Errorf("last message %q", last)
	}
}

func TestProgressByManyGoroutines(t *testing.T) {
	r := record(t)
	p := Progress(8*10_000 + 1)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10_000 {
				p.Add(1)
			}
		})
	}
	wg.Go(func() {
		for range 100 {
			p.Label("x")
		}
	})
	wg.Wait()
	p.Done()
	lines := r.lines()
	if last := lines[len(lines)-1]; !strings.Contains(last, "80000/80001") {
		t.Errorf("last message %q", last)
	}
	time.Sleep(2 * interval)
	if again := r.lines(); len(again) != len(lines) {
		t.Errorf("%q was sent after the end", again[len(again)-1])
	}
}

func TestProgressOnATerminal(t *testing.T) {
	var b bytes.Buffer
	setSink(t, sink.NewPrinter(&b))
	p := Progress(2)
	p.Add(1)
	p.Done()
	if got := b.String(); !strings.HasPrefix(got, " 50 % ") || strings.Count(got, "\n") != 1 {
		t.Errorf("printed %q, want the last line only", got)
	}
}

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 s", 1500 * time.Millisecond: "1.5 s", 61 * time.Second: "61 s", 125 * time.Second: "2 min 05 s",
		3*time.Hour + 4*time.Minute: "3 h 04 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %q, want %q", d, got, want)
		}
	}
	for x, want := range map[float64]string{0.01: "0.01", 12: "12", 999: "999", 1234: "1.23k", 5e6: "5M", 2e9: "2G"} {
		if got := short(x); got != want {
			t.Errorf("short(%v) = %q, want %q", x, got, want)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	setSink(b, discard{})
	p := Progress(1 << 62)
	for b.Loop() {
		p.Add(1)
	}
}

func BenchmarkAddParallel(b *testing.B) {
	setSink(b, discard{})
	p := Progress(1 << 62)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p.Add(1)
		}
	})
}
