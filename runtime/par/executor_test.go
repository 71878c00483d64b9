package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

func TestSubmit(t *testing.T) {
	boom := errors.New("boom")
	e := NewExecutor(Workers(2))
	tests := []struct {
		name string
		task func() (any, error)
		want any
		err  error
	}{
		{"value", func() (any, error) { return 42, nil }, 42, nil},
		{"nil", func() (any, error) { return nil, nil }, nil, nil},
		{"error", func() (any, error) { return 1, boom }, 1, boom},
		{"panic", func() (any, error) { panic(boom) }, nil, boom},
		{"goexit", func() (any, error) { runtime.Goexit(); return 1, nil }, nil, ErrGoexit},
		{"loop's panic", func() (any, error) {
			For(2, func(int) { panic(boom) })
			return nil, nil
		}, nil, boom},
	}
	for _, tt := range tests {
		f := e.Submit(tt.task)
		got, err := f.Result()
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, %v, want %v, %v", tt.name, got, err, tt.want, tt.err)
		}
		if again := f.Err(); again != err || !f.Done() || f.Running() || f.Cancelled() {
			t.Errorf("%s: error %v, done %v, running %v, cancelled %v, want %v, true, false, false",
				tt.name, again, f.Done(), f.Running(), f.Cancelled(), err)
		}
		if tt.name == "panic" && !strings.HasPrefix(err.Error(), "panic in a task: boom\n\ngoroutine ") || strings.Contains(fmt.Sprint(err), "executor_test.go") != (tt.name == "panic" || tt.name == "goexit" || tt.name == "loop's panic") {
			t.Errorf("%s: error %q", tt.name, err)
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := e.Submit(func() (any, error) { t.Error("ran after Close"); return nil, nil }).Err(); err != ErrShutdown {
		t.Errorf("after Close: %v, want %v", err, ErrShutdown)
	}
	s := e.Stats()
	if s.Submitted != len(tests) || s.Done != 2 || s.Failed != 4 || s.Queued != 0 || s.Running != 0 || len(s.Workers) != 2 {
		t.Errorf("stats %+v", s)
	}
}

func TestSubmitTyped(t *testing.T) {
	e := NewExecutor(Workers(1))
	defer e.Close()
	if v, err := Submit(e, func() (string, error) { return "warp", nil }).Result(); v != "warp" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	if v, err := Submit(e, func() (string, error) { panic("weft") }).Result(); v != "" || err == nil {
		t.Errorf("%q, %v, want an error", v, err)
	}
	lengths, err := Map(e, []string{"a", "bb", ""}, func(s string) (int, error) { return len(s), nil })
	if err != nil || !slices.Equal(lengths, []int{1, 2, 0}) {
		t.Errorf("Map: %v, %v", lengths, err)
	}
}

// TestExecutorBounds holds an executor against its number of workers and the
// bound of its queue.
func TestExecutorBounds(t *testing.T) {
	const workers, bound = 3, 4
	e := NewExecutor(Workers(workers), Bound(bound))
	var running, most, submitted atomic.Int32
	release := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 20 {
			e.Submit(func() (any, error) {
				most.Store(max(most.Load(), running.Add(1)))
				<-release
				running.Add(-1)
				return nil, nil
			})
			submitted.Add(1)
		}
	})
	eventually(t, "all workers run", func() bool { return running.Load() == workers })
	time.Sleep(10 * time.Millisecond)
	if got := submitted.Load(); got != workers+bound {
		t.Errorf("%d tasks were accepted, want %d running and %d waiting", got, workers, bound)
	}
	close(release)
	wg.Wait()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if s := e.Stats(); s.Done != 20 || s.MaxQueued > bound || most.Load() > workers {
		t.Errorf("%d of 20 done, up to %d waited and %d ran", s.Done, s.MaxQueued, most.Load())
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: ", what)
		}
	}
}

func TestNoGoroutinesStay(t *testing.T) {
	before := runtime.NumGoroutine()
	e := NewExecutor(Workers(50))
	for range 200 {
		e.Submit(func() (any, error) { time.Sleep(time.Millisecond); return nil, nil })
	}
	eventually(t, "the workers of an executor that was not closed have ended", func() bool {
		return runtime.NumGoroutine() <= before
	})
}

func TestCancel(t *testing.T) {
	e := NewExecutor(Workers(1))
	release, begun := make(chan struct{}), make(chan struct{})
	first := e.Submit(func() (any, error) { close(begun); <-release; return 1, nil })
	second := e.Submit(func() (any, error) { t.Error("a cancelled task ran"); return nil, nil })
	<-begun
	if !first.Running() || first.Cancel() {
		t.Error("a task that runs was cancelled")
	}
	if !second.Cancel() || !second.Cancelled() || !second.Cancel() {
		t.Error("a task that waits was not cancelled")
	}
	if _, err := second.Result(); err != ErrCancelled {
		t.Errorf("error %v, want %v", err, ErrCancelled)
	}
	close(release)
	if v, err := first.Result(); v != 1 || err != nil {
		t.Errorf("the first task: %v, %v", v, err)
	}
	if first.Cancel() {
		t.Error("a task that is done was cancelled")
	}

	// One that listens to its context stops.
	listening := make(chan struct{})
	third := e.SubmitContext(func(ctx context.Context) (any, error) {
		close(listening)
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	<-listening
	third.Cancel()
	if err := third.Err(); err != ErrCancelled {
		t.Errorf("error %v, want %v", err, ErrCancelled)
	}
}

func TestShutdownCancels(t *testing.T) {
	e := NewExecutor(Workers(1))
	release := make(chan struct{})
	first := e.Submit(func() (any, error) { <-release; return 1, nil })
	rest := make([]*Future, 10)
	for i := range rest {
		rest[i] = e.Submit(func() (any, error) { return nil, nil })
	}
	eventually(t, "the first begins", first.Running)
	if err := e.Shutdown(false, true); err != nil {
		t.Error(err)
	}
	for i, f := range rest {
		if !f.Cancelled() {
			t.Errorf("task %d is not cancelled", i)
		}
	}
	close(release)
	if err := e.Close(); err != nil || !first.Done() || first.Err() != nil {
		t.Errorf("Close: %v; the first task: %v", err, first.Err())
	}
	if s := e.Stats(); s.Done != 1 || s.Failed != 10 || s.Running != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestCallbacks(t *testing.T) {
	e := NewExecutor(Workers(1))
	release := make(chan struct{})
	f := e.Submit(func() (any, error) { <-release; return 7, nil })
	var order []string
	f.AddDoneCallback(func(g *Future) {
		v, _ := g.Result()
		order = append(order, fmt.Sprint("first ", v))
	})
	f.AddDoneCallback(func(*Future) { panic("callback") })
	f.AddDoneCallback(func(*Future) { order = append(order, "third") })
	close(release)
	var p *Panic
	if err := e.Close(); !errors.As(err, &p) || p.Value != "callback" {
		t.Errorf("Close: %v, want the callback's panic", err)
	}
	f.AddDoneCallback(func(*Future) { order = append(order, "late") })
	if want := []string{"first 7", "third", "late"}; !slices.Equal(order, want) {
		t.Errorf("callbacks %q, want %q", order, want)
	}
}

func TestWaitAndAsCompleted(t *testing.T) {
	boom := errors.New("boom")
	e := NewExecutor(Workers(4))
	defer e.Close()
	gates := make([]chan struct{}, 4)
	futures := make([]*Future, 4)
	for i := range futures {
		gates[i] = make(chan struct{})
		futures[i] = e.Submit(func() (any, error) {
			<-gates[i]
			if i == 1 {
				return i, boom
			}
			return i, nil
		})
	}
	completed := AsCompleted(futures...)
	close(gates[3])
	if f := <-completed; f != futures[3] {
		t.Error("the first to be done was not given first")
	}
	if done, pending := Wait(FirstCompleted, futures...); !slices.Equal(done, futures[3:]) || len(pending) != 3 {
		t.Errorf("FirstCompleted: %d done, %d pending", len(done), len(pending))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, pending, err := WaitContext(ctx, AllCompleted, futures...); err != context.DeadlineExceeded || len(pending) != 3 {
		t.Errorf("with a timeout: %v, %d pending", err, len(pending))
	}
	if _, err := futures[0].ResultContext(ctx); err != context.DeadlineExceeded {
		t.Errorf("Result with a timeout: %v", err)
	}
	close(gates[1])
	if done, pending := Wait(FirstException, futures...); len(done) != 2 || len(pending) != 2 {
		t.Errorf("FirstException: %d done, %d pending, want 2 and 2", len(done), len(pending))
	}
	close(gates[0])
	close(gates[2])
	if done, pending, err := WaitContext(context.Background(), AllCompleted, futures...); !slices.Equal(done, futures) || len(pending) != 0 || err != nil {
		t.Errorf("AllCompleted: %d done, %d pending, %v", len(done), len(pending), err)
	}
	n := 1
	for range completed {
		n++
	}
	if n != 4 {
		t.Errorf("AsCompleted gave %d futures, want 4", n)
	}
	if _, open := <-AsCompleted(); open {
		t.Error("AsCompleted of nothing gives something")
	}
	if _, _, err := WaitContext(context.Background(), 7); err == nil || FirstException.String() != "FIRST_EXCEPTION" {
		t.Errorf("unknown When: %v", err)
	}
}

func TestMap(t *testing.T) {
	boom := errors.New("boom")
	e := NewExecutor(Workers(2))
	defer e.Close()
	got, err := e.Map(5, func(i int) (any, error) { return i * i, nil })
	if err != nil || !slices.Equal(got, []any{0, 1, 4, 9, 16}) {
		t.Errorf("%v, %v", got, err)
	}
	var calls atomic.Int32
	_, err = e.Map(1000, func(i int) (any, error) {
		calls.Add(1)
		time.Sleep(100 * time.Microsecond)
		if i == 3 {
			return nil, boom
		}
		return nil, nil
	})
	if err != boom || calls.Load() == 1000 {
		t.Errorf("error %v after %d calls, want %v after some", err, calls.Load(), boom)
	}
	if _, err := e.Map(-1, func(int) (any, error) { return nil, nil }); err == nil {
		t.Error("Map(-1): no error")
	}
}

func TestExecutorInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	e := NewExecutor(Workers(1), Bound(1))
	stuck := make(chan struct{})
	listener := e.SubmitContext(func(ctx context.Context) (any, error) {
		<-ctx.Done()
		<-stuck
		return nil, context.Cause(ctx)
	})
	eventually(t, "the first begins", listener.Running)
	queued := e.Submit(func() (any, error) { t.Error("ran after an interrupt"); return nil, nil })
	time.AfterFunc(10*time.Millisecond, interrupt.Raise)
	within(t, 5*time.Second, func() {
		if err := e.Submit(func() (any, error) { return nil, nil }).Err(); err != interrupt.ErrInterrupted {
			t.Errorf("Submit to a full queue: %v", err)
		}
		if err := queued.Err(); err != interrupt.ErrInterrupted {
			t.Errorf("a task in the queue: %v", err)
		}
		if done, pending := Wait(AllCompleted, listener, queued); len(done) != 0 || len(pending) != 2 {
			t.Errorf("Wait: %d done, %d pending", len(done), len(pending))
		}
		if err := e.Close(); err != interrupt.ErrInterrupted {
			t.Errorf("Close: %v", err)
		}
	})
	interrupt.Reset()
	close(stuck)
	if err := listener.Err(); err != interrupt.ErrInterrupted {
		t.Errorf("the task that ran: %v", err)
	}
	if err := e.Close(); err != nil || queued.Err() != interrupt.ErrInterrupted {
		t.Errorf("Close: %v, the queued task: %v", err, queued.Err())
	}

	ctx, cancel := context.WithCancelCause(context.Background())
	e = NewExecutor(Context(ctx))
	boom := errors.New("boom")
	cancel(boom)
	if err := e.Submit(func() (any, error) { return nil, nil }).Err(); err != boom {
		t.Errorf("under an ended context: %v, want %v", err, boom)
	}
}

func TestExecutorBadArguments(t *testing.T) {
	e := NewExecutor()
	for want, f := range map[string]func(){
		"par.NewExecutor: negative number of workers -1":            func() { NewExecutor(Workers(-1)) },
		"par.NewExecutor: bound 0 on waiting tasks is not positive": func() { NewExecutor(Bound(0)) },
		"par.NewExecutor: nil context":                              func() { NewExecutor(Context(nil)) }, //lint:ignore SA1012 the point
		"par.NewExecutor: nil option":                               func() { NewExecutor(nil) },
		"par.NewExecutor: an option that is for loops only":         func() { NewExecutor(Dynamic(1)) },
		"par.Range: option Bound is for executors":                  func() { Range(1, func(int, int) {}, Bound(1)) },
		"par.Submit: nil function":                                  func() { e.Submit(nil) },
		"par.SubmitContext: nil function":                           func() { e.SubmitContext(nil) },
		"par: nil Future":                                           func() { AsCompleted(nil) },
		"par.NewQueue: capacity 0 is not positive":                  func() { NewQueue(0) },
		"par.AddDoneCallback: nil function":                         func() { new(Future).AddDoneCallback(nil) },
	} {
		if err, _ := caught(f).(error); err == nil || err.Error() != want {
			t.Errorf("panics with %v, want %s", err, want)
		}
	}
}

func TestExecutorInherits(t *testing.T) {
	var entered atomic.Int32
	Inherit(func() func(run func()) {
		return func(run func()) { entered.Add(1); run() }
	})
	t.Cleanup(func() { Inherit(nil) })
	e := NewExecutor(Workers(2))
	if v, err := e.Submit(func() (any, error) { return 1, nil }).Result(); v != 1 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	e.Close()
	if entered.Load() != 1 {
		t.Errorf("a task entered %d times", entered.Load())
	}
}

func TestQueue(t *testing.T) {
	q := NewQueueOf[int](4)
	const producers, consumers, each = 3, 4, 1000
	var put, got sync.WaitGroup
	var sum atomic.Int64
	for range producers {
		put.Go(func() {
			for i := range each {
				if err := q.Put(i); err != nil {
					t.Errorf("Put: %v", err)
				}
			}
		})
	}
	for range consumers {
		got.Go(func() {
			for v := range q.All() {
				sum.Add(int64(v))
			}
		})
	}
	put.Wait()
	q.Close()
	q.Close()
	within(t, 5*time.Second, got.Wait)
	if want := int64(producers * each * (each - 1) / 2); sum.Load() != want {
		t.Errorf("sum of what was got %d, want %d", sum.Load(), want)
	}
	if err := q.Put(1); err != ErrClosed {
		t.Errorf("Put after Close: %v", err)
	}
	if _, err := q.Get(); err != ErrClosed {
		t.Errorf("Get after Close: %v", err)
	}
}

// TestQueueClose checks that what was put while the queue was closed is either
// refused or got.
func TestQueueClose(t *testing.T) {
	for range 200 {
		q := NewQueueOf[int](2)
		var accepted, got atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for q.Put(1) == nil {
					accepted.Add(1)
				}
			})
		}
		for range 2 {
			wg.Go(func() {
				for range q.All() {
					if got.Add(1) == 5 {
						q.Close()
					}
				}
			})
		}
		within(t, 5*time.Second, wg.Wait)
		if accepted.Load() != got.Load() {
			t.Fatalf("%d values accepted, %d got", accepted.Load(), got.Load())
		}
	}
}

func TestQueueTry(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	q := NewQueue(2)
	if _, ok := q.TryGet(); ok {
		t.Error("TryGet of an empty queue")
	}
	if !q.TryPut("a") || q.Put("b") != nil || q.TryPut("c") || q.Len() != 2 || q.Cap() != 2 {
		t.Errorf("%d of %d values in a queue that shall be full", q.Len(), q.Cap())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := q.PutContext(ctx, "c"); err != context.DeadlineExceeded {
		t.Errorf("Put with a timeout: %v", err)
	}
	if v, err := q.Get(); v != "a" || err != nil {
		t.Errorf("Get: %v, %v", v, err)
	}
	if v, ok := q.TryGet(); v != "b" || !ok {
		t.Errorf("TryGet: %v, %v", v, ok)
	}
	if _, err := q.GetContext(ctx); err != context.DeadlineExceeded {
		t.Errorf("Get with a timeout: %v", err)
	}
	time.AfterFunc(5*time.Millisecond, interrupt.Raise)
	if _, err := q.Get(); err != interrupt.ErrInterrupted {
		t.Errorf("Get with an interrupt: %v", err)
	}
	if err := q.Put(1); err != interrupt.ErrInterrupted {
		t.Errorf("Put after an interrupt: %v", err)
	}
	q.Close()
	if q.TryPut("d") {
		t.Error("TryPut after Close")
	}
}

func BenchmarkSubmit(b *testing.B) {
	e := NewExecutor(Workers(2))
	defer e.Close()
	task := func() (any, error) { return nil, nil }
	b.ReportAllocs()
	for b.Loop() {
		e.Submit(task)
	}
}

func BenchmarkQueue(b *testing.B) {
	q := NewQueueOf[int](16)
	for b.Loop() {
		_ = q.Put(1)
		_, _ = q.Get()
	}
}
