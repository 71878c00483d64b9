package proc

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkRoundTrip is one task that does nothing, there and back.
func BenchmarkRoundTrip(b *testing.B) {
	p := newPool(b, 1)
	ctx := context.Background()
	b.Run("task=empty", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Apply[struct{}, struct{}](ctx, p, "empty", struct{}{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("task=square", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Apply[int, int](ctx, p, "square", 7); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkMap is the price of an input among many.
func BenchmarkMap(b *testing.B) {
	p := newPool(b, 2)
	in := make([]int, 10_000)
	for _, chunk := range []int{1, 100, 1250} {
		b.Run(fmt.Sprintf("workers=2/chunk=%d", chunk), func(b *testing.B) {
			for b.Loop() {
				if _, err := Map[int, int](context.Background(), p, "square", in, Chunk(chunk)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(in)), "ns/input")
		})
	}
}

// BenchmarkPool is the start and the end of a pool.
func BenchmarkPool(b *testing.B) {
	for _, workers := range []int{1, 2, 8} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			for b.Loop() {
				p, err := NewPool(workers)
				if err != nil {
					b.Fatal(err)
				}
				if err := p.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLock is a lock that nobody else wants, and one that two processes
// want all the time.
func BenchmarkLock(b *testing.B) {
	l, err := NewLock()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("free", func(b *testing.B) {
		for b.Loop() {
			l.Lock()
			l.Unlock()
		}
	})
	b.Run("processes=2", func(b *testing.B) {
		needLinux(b)
		p := newPool(b, 2)
		v, err := NewValue(0)
		if err != nil {
			b.Fatal(err)
		}
		const n = 50_000
		for b.Loop() {
			in := []contention{{v, n}, {v, n}}
			if _, err := Map[contention, int](context.Background(), p, "contend", in, Chunk(1)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*2*n), "ns/add")
	})
}

// BenchmarkManager is a message to a manager and its answer.
func BenchmarkManager(b *testing.B) {
	m, err := NewManager()
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	v, err := m.Value(1)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := v.Get(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQueue is an item through a queue: within this process, and to
// another one.
func BenchmarkQueue(b *testing.B) {
	q, err := NewQueue(0)
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close()
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			q.Put(1)
			if _, err := q.Get(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("processes=2", func(b *testing.B) {
		needLinux(b)
		p := newPool(b, 1)
		const n = 100_000
		for b.Loop() {
			r := p.ApplyAsync("drain", shared{N: n, In: q})
			for i := range n {
				if err := q.Put(i); err != nil {
					b.Fatal(err)
				}
			}
			if _, err := r.Get(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/item")
	})
}
