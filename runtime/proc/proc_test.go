package proc

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/shm"
)

// Tasks of the tests.
var (
	square = NewTask("square", func(ctx context.Context, x int) (int, error) { return x * x, nil })
	empty  = NewTask("empty", func(ctx context.Context, x struct{}) (struct{}, error) { return x, nil })
	whoami = NewTask("whoami", func(ctx context.Context, _ int) (int, error) {
		time.Sleep(5 * time.Millisecond)
		return os.Getpid(), nil
	})
	fails = NewTask("fails", func(ctx context.Context, x int) (int, error) {
		switch x {
		case 1:
			return 0, errors.New("not one")
		case 2:
			var list []int
			return list[x], nil
		case 3:
			runtimeGoexit()
		}
		return x, nil
	})
	exits = NewTask("exits", func(ctx context.Context, x int) (int, error) {
		if x == 3 {
			os.Exit(7)
		}
		return x, nil
	})
	once = NewTask("once", func(ctx context.Context, file string) (int, error) { // dies the first time
		if _, err := os.Stat(file); err == nil {
			return 1, nil
		}
		os.WriteFile(file, nil, 0o600)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	})
	obeys = NewTask("obeys", func(ctx context.Context, _ int) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
	polls = NewTask("polls", func(ctx context.Context, _ int) (int, error) {
		for !interrupt.Raised() {
		}
		return 1, nil
	})
	deaf = NewTask("deaf", func(ctx context.Context, _ int) (int, error) {
		for i := 0; ; i++ {
			sinkhole += i
		}
	})
	fill = NewTask("fill", func(ctx context.Context, r rows) (int, error) {
		s, err := shm.AttachFloat64s(r.Memory)
		if err != nil {
			return 0, err
		}
		defer s.Close()
		for i := r.Lo; i < r.Hi; i++ {
			s.Data[i] = float64(i)
		}
		return r.Hi - r.Lo, nil
	})
	echo = NewTask("echo", func(ctx context.Context, x any) (any, error) { return x, nil })
	ptr  = NewTask("pointer", func(ctx context.Context, x *rows) (*rows, error) { return x, nil })
	burn = NewTask("burn", func(ctx context.Context, d time.Duration) (int, error) {
		n := 0
		for from, _ := processorTime(); ; n++ {
			if now, _ := processorTime(); now-from > int64(d) {
				return n, nil
			}
		}
	})
)

var sinkhole int

type rows struct {
	Memory shm.Handle
	Lo, Hi int
}

func TestMain(m *testing.M) {
	Main(append(sharers, square, empty, whoami, fails, exits, once, obeys, polls, deaf, fill, echo, ptr, burn)...)
	if os.Getenv(parentVariable) != "" {
		parentToKill()
	}
	os.Exit(m.Run())
}

// pool starts a pool for one test and checks that nothing of it stays.
func newPool(tb testing.TB, workers int, opts ...Option) *Pool {
	tb.Helper()
	p, err := NewPool(workers, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := p.Close(); err != nil {
			tb.Error(err)
		}
		if pids := children(); len(pids) > 0 {
			tb.Errorf("processes %v are left after Close", pids)
		}
	})
	return p
}

func TestMapKeepsOrder(t *testing.T) {
	p := newPool(t, 2)
	for _, n := range []int{0, 1, 2, 7, 100, 1001} {
		in := make([]int, n)
		for i := range in {
			in[i] = i - 3
		}
		for _, opts := range [][]MapOption{nil, {Chunk(1)}, {Chunk(1000)}} {
			out, err := Map[int, int](context.Background(), p, "square", in, opts...)
			if err != nil {
				t.Fatalf("n=%d: %v", n, err)
			}
			for i, x := range in {
				if out[i] != x*x {
					t.Fatalf("n=%d: result %d is %d, want %d", n, i, out[i], x*x)
				}
			}
		}
	}
}

func TestTypesOfValues(t *testing.T) {
	p := newPool(t, 1)
	ctx := context.Background()
	if _, err := Map[struct{}, struct{}](ctx, p, "empty", make([]struct{}, 5)); err != nil {
		t.Error(err)
	}
	for range 2 { // the second time the types are known
		out, err := Map[any, any](ctx, p, "echo", []any{1, "two", nil, 3.5, []int{4}}, Chunk(2))
		if got, want := fmt.Sprint(out), "[1 two <nil> 3.5 [4]]"; err != nil || got != want {
			t.Errorf("any: %s, %v, want %s", got, err, want)
		}
		ptrs, err := Map[*rows, *rows](ctx, p, "pointer", []*rows{nil, {Lo: 1}, {}})
		if err != nil || ptrs[0] != nil || ptrs[1].Lo != 1 || *ptrs[2] != (rows{}) {
			t.Errorf("pointers: %v, %v", ptrs, err)
		}
	}
	type unknown struct{ X int }
	if _, err := Map[any, any](ctx, p, "echo", []any{1, unknown{1}}); err == nil || !strings.Contains(err.Error(), "input 1") {
		t.Errorf("a type that gob does not know: %v", err)
	}
	if out, err := Map[any, any](ctx, p, "echo", []any{rows{Lo: 1}}); err == nil {
		t.Errorf("a type that gob does not know: %v", out)
	}
	if out, err := Apply[any, any](ctx, p, "echo", "still there"); err != nil || out != "still there" {
		t.Errorf("after an error: %v, %v", out, err)
	}
}

// Values that travel without gob.
func TestPlainValues(t *testing.T) {
	type celsius float32
	for _, x := range []any{true, false, -3, int8(-128), uint64(1 << 63), 2.5, math.Inf(-1), float32(1.5), celsius(-4), "", "text", time.Hour,
		[]byte(nil), []byte{}, []byte{1}, []float64{1, math.MaxFloat64}, []int(nil), []int{}, []int{-1, 2}} {
		typ := reflect.TypeOf(x)
		w, err := newWire(typ)
		if err != nil || !w.plain {
			t.Errorf("%T: plain %v, %v", x, w.plain, err)
			continue
		}
		b := appendPlain(nil, reflect.ValueOf(x))
		for end := range b {
			if _, err := takePlain(b[:end], reflect.New(typ).Elem()); err == nil {
				t.Errorf("%#v: %d of %d bytes are enough", x, end, len(b))
			}
		}
		got := reflect.New(typ).Elem()
		if rest, err := takePlain(append(b, 7), got); err != nil || len(rest) != 1 || !reflect.DeepEqual(got.Interface(), x) {
			t.Errorf("%#v became %#v, %v", x, got, err)
		}
	}
}

// What gob would leave out is refused.
func TestHiddenFields(t *testing.T) {
	type hidden struct{ X, y int }
	type deep struct{ M map[string][]hidden }
	type calls struct{ F func() }
	type padded struct {
		X int
		_ [56]byte
	}
	for _, x := range []any{hidden{y: 1}, []hidden{}, deep{}, calls{}, make(chan int), &hidden{}} {
		if _, err := newWire(reflect.TypeOf(x)); err == nil || !strings.Contains(err.Error(), "would be lost") {
			t.Errorf("%T: %v", x, err)
		}
	}
	for _, x := range []any{padded{}, time.Time{}, &Lock{}, Lock{}, Queue{}, Conn{}, Array{}, Event{}, shm.Handle{}, shm.Ints{}, []any{}, shared{}, struct{}{}} {
		if _, err := newWire(reflect.TypeOf(x)); err != nil {
			t.Errorf("%T: %v", x, err)
		}
	}
}

func TestErrorsOfTasks(t *testing.T) {
	p := newPool(t, 1)
	before := pids(t, p)
	for _, row := range []struct {
		x    int
		want string
	}{
		{1, "not one"},
		{2, "index out of range [2] with length 0"},
		{3, "runtime.Goexit"},
	} {
		_, err := Map[int, int](context.Background(), p, "fails", []int{0, 0, row.x, 0}, Chunk(3))
		var te *TaskError
		if !errors.As(err, &te) || te.Index != 2 || te.Task != "fails" || !strings.Contains(te.Message, row.want) {
			t.Errorf("%d: %v", row.x, err)
		}
		if row.x == 2 && !strings.Contains(err.Error(), "proc_test.go") {
			t.Errorf("the panic's stack lacks the task: %v", err)
		}
	}
	if after := pids(t, p); before != after {
		t.Errorf("worker %v was replaced by %v", before, after)
	}
}

func TestWorkerThatExits(t *testing.T) {
	p := newPool(t, 2, Retries(1))
	_, err := Map[int, int](context.Background(), p, "exits", []int{0, 1, 2, 3, 4}, Chunk(5))
	var ee *ExitError
	if !errors.As(err, &ee) || ee.Index != 3 || ee.State != "exit status 7" || ee.Tries != 2 {
		t.Errorf("%v", err)
	}
	out, err := Map[int, int](context.Background(), p, "exits", []int{1, 2})
	if err != nil || fmt.Sprint(out) != "[1 2]" {
		t.Errorf("afterwards: %v, %v", out, err)
	}
}

func TestNoRetries(t *testing.T) {
	none := newPool(t, 1, Retries(0))
	var ee *ExitError
	if _, err := Apply[int, int](context.Background(), none, "exits", 3); !errors.As(err, &ee) || ee.Tries != 1 {
		t.Errorf("without retries: %v", err)
	}
}

func TestTaskIsDoneAgain(t *testing.T) {
	p := newPool(t, 1)
	out, err := Apply[string, int](context.Background(), p, "once", t.TempDir()+"/file")
	if err != nil || out != 1 {
		t.Errorf("%v, %v", out, err)
	}
}

func TestEndOfContext(t *testing.T) {
	p := newPool(t, 2)
	why := errors.New("enough")
	for _, task := range []string{"obeys", "polls", "deaf"} {
		late := time.Duration(0)
		for range 3 { // other programs may hold this one up
			ctx, cancel := context.WithCancelCause(context.Background())
			ended := make(chan time.Time, 1)
			time.AfterFunc(20*time.Millisecond, func() { ended <- time.Now(); cancel(why) })
			var err error
			if task == "obeys" {
				_, err = Map[int, string](ctx, p, task, []int{1, 2, 3})
			} else {
				_, err = Map[int, int](ctx, p, task, []int{1, 2, 3})
			}
			late = time.Since(<-ended)
			if err != why {
				t.Errorf("%s: %v, want %v", task, err, why)
			}
			if late <= 100*time.Millisecond {
				break
			}
		}
		if late > 100*time.Millisecond {
			t.Errorf("%s: came back %v after its context had ended", task, late)
		}
	}
	if out, err := Apply[int, int](context.Background(), p, "square", 3); err != nil || out != 9 {
		t.Errorf("afterwards: %v, %v", out, err)
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	p := newPool(t, 1)
	time.AfterFunc(20*time.Millisecond, interrupt.Raise)
	if _, err := Apply[int, string](context.Background(), p, "obeys", 1); err != interrupt.ErrInterrupted {
		t.Errorf("%v, want %v", err, interrupt.ErrInterrupted)
	}
	interrupt.Reset()
	if out, err := Apply[int, int](context.Background(), p, "square", 3); err != nil || out != 9 {
		t.Errorf("afterwards: %v, %v", out, err)
	}
}

func TestClose(t *testing.T) {
	p := newPool(t, 2)
	done := make(chan error, 1)
	go func() {
		_, err := Map[int, int](context.Background(), p, "deaf", []int{1, 2})
		done <- err
	}()
	time.Sleep(20 * time.Millisecond)
	from := time.Now()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(from); took > time.Second {
		t.Errorf("Close took %v", took)
	}
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Errorf("the call that ran: %v", err)
	}
	if _, err := Apply[int, int](context.Background(), p, "square", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("a call after Close: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestSharedMemory(t *testing.T) {
	needLinux(t)
	p := newPool(t, 2)
	const n = 1000
	s, err := shm.NewFloat64s(n)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var in []rows
	for lo := 0; lo < n; lo += 100 {
		in = append(in, rows{s.Handle(), lo, lo + 100})
	}
	if _, err := Map[rows, int](context.Background(), p, "fill", in); err != nil {
		t.Fatal(err)
	}
	for i, x := range s.Data {
		if x != float64(i) {
			t.Fatalf("element %d is %v", i, x)
		}
	}
}

func TestUsage(t *testing.T) {
	p := newPool(t, 1)
	const d = 30 * time.Millisecond
	if _, err := Apply[time.Duration, int](context.Background(), p, "burn", d); err != nil {
		t.Fatal(err)
	}
	u := p.Total()
	if sum := u.User + u.System; u.Tasks != 1 || sum < d || sum > 20*d {
		t.Errorf("%+v after a task of %v", u, d)
	}
}

func TestBadInput(t *testing.T) {
	p := newPool(t, 1)
	ctx := context.Background()
	for _, row := range []struct {
		do   func() error
		want string
	}{
		{func() error { _, err := NewPool(-1); return err }, "negative number of workers -1"},
		{func() error { _, err := NewPool(1, Threads(0)); return err }, "0 threads"},
		{func() error { _, err := NewPool(1, Retries(-2)); return err }, "negative number of retries -2"},
		{func() error { _, err := NewPool(1, Env("x")); return err }, `"x" is not NAME=value`},
		{func() error { _, err := NewPool(1, nil); return err }, "nil option"},
		{func() error { _, err := Map[int, int](ctx, p, "sqare", nil); return err }, `no task "sqare", only add blocked burn contend`},
		{func() error { _, err := Map[int, string](ctx, p, "square", nil); return err }, "task square makes int of int, not string of int"},
		{func() error { _, err := Map[int, int](ctx, p, "square", nil, Chunk(0)); return err }, "a chunk of 0"},
		{func() error { _, err := Map[int, int](ctx, nil, "square", nil); return err }, "no pool"},
	} {
		if err := row.do(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v, want %s", err, row.want)
		}
	}
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "chan int") {
			t.Errorf("a task of channels: %v", p)
		}
	}()
	NewTask("channel", func(ctx context.Context, c chan int) (int, error) { return 0, nil })
}
