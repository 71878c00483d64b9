package chart_test

import (
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/sink"
)

// A recorder is a notebook that writes down what it is sent.
type recorder struct {
	mu   sync.Mutex
	sent []event
}

type event struct {
	op string
	sink.Bundle
	at time.Time
}

func (r *recorder) add(op string, b sink.Bundle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, event{op, b, time.Now()})
}

func (r *recorder) Display(b sink.Bundle) { r.add("display", b) }
func (r *recorder) Update(b sink.Bundle)  { r.add("update", b) }
func (r *recorder) Clear(bool)            { r.add("clear", sink.Bundle{}) }

func (r *recorder) events() []event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]event(nil), r.sent...)
}

func (r *recorder) displayed() (all []event) {
	for _, e := range r.events() {
		if e.op == "display" {
			all = append(all, e)
		}
	}
	return all
}

func record(t *testing.T) *recorder {
	r := &recorder{}
	sink.Set(r)
	t.Cleanup(func() { sink.Set(nil) })
	return r
}

// A news is the payload of a live chart or its companion.
type news struct {
	Option map[string]any
	Live   *struct {
		ID     string
		Seq    int
		Keep   int
		Append [][][2]float64
		Option map[string]any
	}
}

func read(t *testing.T, e event) news {
	t.Helper()
	var n news
	if err := json.Unmarshal(payload(t, e.Data), &n); err != nil {
		t.Fatalf("%v in %s", err, e.Data[chart.MIME])
	}
	return n
}

// page plays the notebook's page: it appends what comes, as the script there does.
func page(t *testing.T, events []event, series int) (points [][][2]float64, final *event) {
	t.Helper()
	points = make([][][2]float64, series)
	main, seen := events[0].ID, 0
	for i, e := range events {
		if e.ID == main {
			if n := read(t, e); n.Option == nil {
				t.Error("the chart came without an option")
			}
			if i > 0 {
				final = &events[i]
			}
			continue
		}
		if e.Data[chart.MIME] == nil { // emptied
			continue
		}
		n := read(t, e)
		if n.Option != nil || n.Live == nil {
			t.Fatalf("the companion carries %v", n)
		}
		if n.Live.ID != main {
			t.Errorf("the companion feeds %q, the chart is %q", n.Live.ID, main)
		}
		if n.Live.Seq == 0 {
			continue
		}
		if n.Live.Seq != seen+1 {
			t.Errorf("news %d came after %d", n.Live.Seq, seen)
		}
		seen = n.Live.Seq
		for k, p := range n.Live.Append {
			points[k] = append(points[k], p...)
		}
	}
	return points, final
}

func TestLive(t *testing.T) {
	r := record(t)
	l := chart.NewLive(chart.LiveData{Title: "Loss", X: "round", Y: "time", YUnit: "s", Series: []string{"a", "b"}})
	begin := time.Now()
	for i := range 60 {
		l.Append(i%2, float64(i), 1e-3*float64(i))
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(begin)
	l.Append(0, math.NaN(), 1)
	l.Append(7, 1, 1)
	time.Sleep(150 * time.Millisecond) // what is left is sent without being asked
	sent := len(r.events())
	l.Done()
	l.Append(0, 1, 1)
	l.Done()
	events := r.events()
	points, final := page(t, events, 2)
	if len(points[0]) != 30 || len(points[1]) != 30 || points[1][29] != [2]float64{59, 0.059} {
		t.Errorf("the page got %d and %d points, want 30 each", len(points[0]), len(points[1]))
	}
	if most := int(took/(100*time.Millisecond)) + 4; sent > most {
		t.Errorf("%d messages in %v, want at most %d: ten a second", sent, took, most)
	}
	if len(events) != sent+2 {
		t.Errorf("Done sent %d messages, want 2", len(events)-sent)
	}
	if final == nil || read(t, *final).Live != nil || !strings.Contains(final.Data["text/plain"].(string), "2 values that are not numbers left out") {
		t.Fatalf("the last chart is not a whole one: %v", final)
	}
	empty := events[len(events)-2]
	if empty.Data[chart.MIME] != nil || empty.Data["text/plain"] != "" || empty.Data["text/html"] != "" || empty.ID == final.ID {
		t.Errorf("the companion was left with %v", empty.Data)
	}
}

// A cell that is interrupted, or forgets Done, leaves a whole chart; going on
// after that grows it again.
func TestLiveNeverDone(t *testing.T) {
	r := record(t)
	l := chart.NewLive(chart.LiveData{Title: "Loss"})
	l.Append(0, 1, 2)
	l.Append(0, 2, 3)
	wait := func(what string, ok func([]event) bool) {
		t.Helper()
		for begin := time.Now(); !ok(r.events()); time.Sleep(10 * time.Millisecond) {
			if time.Since(begin) > 20*time.Second {
				t.Fatalf("%s did not come: %v", what, r.events())
			}
		}
	}
	whole := func(n int) func([]event) bool {
		return func(events []event) bool {
			times := 0
			for _, e := range events[1:] {
				if e.ID == events[0].ID {
					times++
				}
			}
			return times >= n
		}
	}
	wait("the whole chart", whole(1))
	if _, final := page(t, r.events(), 1); !strings.Contains(final.Data["text/plain"].(string), "3") {
		t.Errorf("the last chart: %v", final.Data["text/plain"])
	}
	l.Append(0, 3, 5)
	wait("the second whole chart", whole(2))
	if points, _ := page(t, r.events(), 1); len(points[0]) != 3 {
		t.Errorf("the page got %v", points)
	}
}

func TestLiveManyGoroutines(t *testing.T) {
	r := record(t)
	l := chart.NewLive(chart.LiveData{Title: "many", Series: []string{"a", "b", "c", "d"}, Points: 100})
	var wait sync.WaitGroup
	for k := range 4 {
		wait.Go(func() {
			for i := range 5000 {
				l.Append(k, float64(i), float64(i*k))
			}
			l.Chart()
			l.Done()
		})
	}
	wait.Wait()
	_, final := page(t, r.events(), 4)
	if final == nil || len(payload(t, final.Data)) > 15<<10 {
		t.Errorf("the last chart is missing, or too large")
	}
}

// Without a notebook only the text is shown, once.
func TestLivePrints(t *testing.T) {
	var b strings.Builder
	sink.Set(sink.NewPrinter(&b))
	t.Cleanup(func() { sink.Set(nil) })
	l := chart.NewLive(chart.LiveData{Title: "Loss", X: "round", Y: "loss"})
	for i := range 3 {
		l.Append(0, float64(i), float64(i*i))
	}
	if b.String() != "" {
		t.Errorf("printed %q before Done", b.String())
	}
	l.Done()
	if want := "Loss\nround  loss\n0         0\n1         1\n2         4\n"; !strings.HasPrefix(b.String(), want) {
		t.Errorf("printed\n%s\nwant it to begin with\n%s", b.String(), want)
	}
}

func BenchmarkLiveAppend(b *testing.B) {
	sink.Set(&recorder{})
	defer sink.Set(nil)
	l := chart.NewLive(chart.LiveData{})
	defer l.Done()
	for i := range b.N {
		l.Append(0, float64(i), float64(i))
	}
}
