package proc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// work of the tests for what processes share.
type shared struct {
	N     int
	Lock  *Lock
	Value *Value
	Float *FloatValue
	Raw   *RawValue
	Array *Array
	Ints  *IntArray
	Sem   *Semaphore
	Bound *BoundedSemaphore
	Event *Event
	Cond  *Condition
	In    *Queue
	Out   *Queue
	Conn  *Conn
	List  *ListProxy
	Dict  *DictProxy
	Var   *ValueProxy
}

// contention is a value that is wanted much.
type contention struct {
	V *Value
	N int
}

var sharers = []Task{
	NewTask("add", func(ctx context.Context, s shared) (int, error) {
		defer s.Array.Close()
		defer s.Ints.Close()
		for range s.N {
			if err := s.Value.Add(1); err != nil {
				return 0, err
			}
			s.Float.Add(0.5)
			s.Raw.Add(1)
			if err := s.Lock.With(func() { s.Array.Data[0]++ }); err != nil {
				return 0, err
			}
			s.Ints.Lock.Lock()
			s.Ints.Data[1]++
			s.Ints.Unlock()
			s.Bound.Acquire()
			if n := s.Raw.Get(); n < 0 {
				return n, nil
			}
			if err := s.Bound.Release(); err != nil {
				return 0, err
			}
		}
		return os.Getpid(), nil
	}),
	NewTask("hold", func(ctx context.Context, s shared) (int, error) { // dies with everything in its hands
		s.Lock.Lock()
		s.Bound.Acquire()
		s.Event.Set()
		time.Sleep(30 * time.Millisecond)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}),
	NewTask("blocked", func(ctx context.Context, s shared) (int, error) { return 0, s.Lock.Lock() }),
	NewTask("signal", func(ctx context.Context, s shared) (int, error) {
		if err := s.Event.Wait(); err != nil {
			return 0, err
		}
		if err := s.Cond.Lock(); err != nil {
			return 0, err
		}
		if err := s.Cond.WaitFor(func() bool { return s.Value.Get() > 0 }); err != nil {
			return 0, err
		}
		s.Value.Set(s.Value.Get() - 1)
		s.Cond.Unlock()
		return 1, s.Sem.Release()
	}),
	NewTask("double", func(ctx context.Context, s shared) (int, error) {
		for n := 0; ; n++ {
			v, err := s.In.Get()
			if err != nil || v == nil {
				return n, err
			}
			if err := s.Out.Put(2 * v.(int)); err != nil {
				return n, err
			}
		}
	}),
	NewTask("talk", func(ctx context.Context, s shared) (int, error) {
		defer s.Conn.Close()
		for n := 0; ; n++ {
			v, err := s.Conn.Recv()
			switch {
			case err == io.EOF:
				return n, nil
			case err != nil:
				return n, err
			case v == "die":
				s.Conn.Send("going")
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
			if err := s.Conn.Send(fmt.Sprint("re: ", v)); err != nil {
				return n, err
			}
		}
	}),
	NewTask("contend", func(ctx context.Context, c contention) (int, error) {
		for range c.N {
			if err := c.V.Add(1); err != nil {
				return 0, err
			}
		}
		return c.N, nil
	}),
	NewTask("drain", func(ctx context.Context, s shared) (int, error) {
		for range s.N {
			if _, err := s.In.Get(); err != nil {
				return 0, err
			}
		}
		return s.N, nil
	}),
	NewTask("manage", func(ctx context.Context, s shared) (int, error) {
		for i := range s.N {
			if err := errors.Join(s.List.Append(i), s.Dict.Set(i, fmt.Sprint(i)), s.Var.Set(rows{Lo: i})); err != nil {
				return 0, err
			}
		}
		return s.List.Len()
	}),
}

// everything makes one of each.
func everything(t *testing.T) shared {
	t.Helper()
	needLinux(t)
	var s shared
	var errs [13]error
	s.Lock, errs[0] = NewLock()
	s.Value, errs[1] = NewValue(0)
	s.Float, errs[2] = NewFloatValue(0)
	s.Raw, errs[3] = NewRawValue(0)
	s.Array, errs[4] = NewArray(3)
	s.Ints, errs[5] = NewIntArray(3)
	s.Sem, errs[6] = NewSemaphore(0)
	s.Bound, errs[7] = NewBoundedSemaphore(1)
	s.Event, errs[8] = NewEvent()
	s.Cond, errs[9] = NewCondition()
	s.In, errs[10] = NewQueue(3)
	s.Out, errs[11] = NewQueue(0)
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range []io.Closer{s.Array, s.Ints, s.In, s.Out, s.In} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return s
}

func TestSharedState(t *testing.T) {
	p := newPool(t, 4)
	s := everything(t)
	const each = 2000
	s.N = each
	if _, err := Map[shared, int](context.Background(), p, "add", []shared{s, s, s, s}); err != nil {
		t.Fatal(err)
	}
	const want = 4 * each
	if s.Value.Get() != want || s.Float.Get() != want/2 || s.Raw.Get() != want || s.Array.Data[0] != want || s.Ints.Data[1] != want {
		t.Errorf("want %d: Value %d, Float %v, Raw %d, Array %v, IntArray %d", want, s.Value.Get(), s.Float.Get(), s.Raw.Get(), s.Array.Data[0], s.Ints.Data[1])
	}
	if !s.Raw.CompareAndSwap(want, 1) || s.Raw.CompareAndSwap(want, 2) || s.Raw.Get() != 1 {
		t.Errorf("CompareAndSwap: %d", s.Raw.Get())
	}
	if !s.Lock.TryLock() || s.Lock.TryLock() {
		t.Error("TryLock does not keep the second out")
	}
	if s.Lock.Unlock() != nil || s.Lock.Unlock() == nil {
		t.Error("the second Unlock is no error")
	}
	if s.Bound.Release() == nil {
		t.Error("a permit that nobody holds can be released")
	}
}

func TestOwnerDies(t *testing.T) {
	p := newPool(t, 1, Retries(0))
	s := everything(t)
	died := p.ApplyAsync("hold", s)
	if err := s.Event.Wait(); err != nil {
		t.Fatal(err)
	}
	for what, acquire := range map[string]func() error{"Lock": s.Lock.Lock, "BoundedSemaphore": s.Bound.Acquire} {
		from := time.Now()
		if err := acquire(); !errors.Is(err, ErrOwnerDied) || time.Since(from) > 2*time.Second {
			t.Errorf("%s: %v after %v", what, err, time.Since(from))
		}
	}
	if s.Lock.TryLock() || s.Bound.TryAcquire() {
		t.Error("what was inherited is not held")
	}
	if err := errors.Join(s.Lock.Unlock(), s.Bound.Release()); err != nil {
		t.Error(err)
	}
	if err := s.Lock.Lock(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	var ee *ExitError
	if _, err := died.Get(); !errors.As(err, &ee) || ee.State != "signal: killed" {
		t.Errorf("the task: %v", err)
	}
}

// Those that wait for a lock hear of the end of their context.
func TestBlockedTaskEnds(t *testing.T) {
	p := newPool(t, 1)
	s := everything(t)
	s.Lock.Lock()
	before := pids(t, p)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if _, err := p.Apply("blocked", s, Context(ctx)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if after := pids(t, p); after != before {
		t.Logf("worker %s was replaced by %s", before, after) // on a busy machine
	}
	if err := s.Lock.LockContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("LockContext: %v", err)
	}
	if err := s.Event.WaitContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("WaitContext: %v", err)
	}
	if err := s.Sem.AcquireContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("AcquireContext: %v", err)
	}
	if _, err := s.In.GetContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("GetContext: %v", err)
	}
}

func TestSignals(t *testing.T) {
	p := newPool(t, 3)
	s := everything(t)
	r := p.MapAsync("signal", []shared{s, s, s}, Chunk(1))
	s.Event.Set()
	for i := range 3 {
		s.Cond.Lock()
		s.Value.Set(s.Value.Get() + 1)
		if i < 2 {
			s.Cond.Notify()
		} else {
			s.Cond.NotifyAll()
		}
		s.Cond.Unlock()
		if err := s.Sem.Acquire(); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := r.Get(); err != nil || fmt.Sprint(v) != "[1 1 1]" {
		t.Errorf("%v, %v", v, err)
	}
	s.Event.Clear()
	if s.Event.IsSet() || s.Sem.TryAcquire() || s.Sem.Value() != 0 {
		t.Error("something is left")
	}
}

func TestQueue(t *testing.T) {
	p := newPool(t, 2)
	s := everything(t)
	r := p.MapAsync("double", []shared{s, s}, Chunk(1))
	const n = 500
	go func() {
		for i := range n {
			s.In.Put(i)
		}
		s.In.Put(nil)
		s.In.Put(nil)
	}()
	sum := 0
	for range n {
		v, err := s.Out.Get()
		if err != nil {
			t.Fatal(err)
		}
		sum += v.(int)
	}
	if want := n * (n - 1); sum != want {
		t.Errorf("sum %d, want %d", sum, want)
	}
	if v, err := r.Get(); err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := s.Out.TryGet(); err != ErrEmpty || s.Out.Len() != 0 {
		t.Errorf("TryGet: %v, %d items", err, s.Out.Len())
	}
}

func TestQueueValues(t *testing.T) {
	q, err := NewQueue(0)
	if err != nil {
		t.Fatal(err)
	}
	values := []any{nil, true, false, -3, int64(4), 2.5, "text", []byte{1, 2}, []int{3}, map[string]int{"a": 1}, time.Second, []any{1, "x"}}
	long := strings.Repeat("x", QueueBytes/3)
	for round := range 20 { // goes around the ring
		for _, v := range append(values, long) {
			if err := q.Put(v); err != nil {
				t.Fatal(err)
			}
		}
		if q.Len() != len(values)+1 {
			t.Fatalf("%d items", q.Len())
		}
		for _, v := range append(values, long) {
			got, err := q.Get()
			if g, w := fmt.Sprintf("%T %v", got, got), fmt.Sprintf("%T %v", v, v); err != nil || g != w {
				t.Fatalf("round %d: %.40s, %v, want %.40s", round, g, err, w)
			}
		}
	}
	if err := q.Put(strings.Repeat("x", QueueBytes)); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	if err := q.Put(func() {}); err == nil || !strings.Contains(err.Error(), "func()") {
		t.Errorf("a function: %v", err)
	}
	if err := q.Close(); err != nil {
		t.Error(err)
	}
	if err := q.Put(1); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := NewQueue(-1); err == nil {
		t.Error("a queue for -1 items")
	}
	if err := new(Queue).Put(1); err == nil {
		t.Error("a queue that was not made")
	}
}

func TestPipe(t *testing.T) {
	needLinux(t)
	p := newPool(t, 1, Retries(0))
	for _, die := range []bool{false, true} {
		mine, theirs, err := NewPipe()
		if err != nil {
			t.Fatal(err)
		}
		r := p.ApplyAsync("talk", shared{Conn: theirs})
		mine.Send("hello")
		if v, err := mine.Recv(); err != nil || v != "re: hello" {
			t.Errorf("%v, %v", v, err)
		}
		if die {
			mine.Send("die")
			mine.Recv()
			if _, err := mine.Recv(); !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "has ended") {
				t.Errorf("the other end died: %v", err)
			}
		}
		mine.Close()
		n, err := r.Get()
		if !die && (n != 1 || err != nil) {
			t.Errorf("%v, %v", n, err)
		}
		if err := mine.Send(1); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		theirs.Close()
	}
}
