// Package iter is the interpreter's form of the standard package iter.
package iter

// Seq is iter.Seq.
type Seq[V any] func(yield func(V) bool)

// Seq2 is iter.Seq2.
type Seq2[K, V any] func(yield func(K, V) bool)

// An answer is what the goroutine that runs a sequence hands over.
type answer[K, V any] struct {
	k      K
	v      V
	ok     bool
	failed bool
	why    any
}

// pull runs a sequence in a goroutine that waits whenever it is not asked.
func pull[K, V any](seq Seq2[K, V]) (func() answer[K, V], func()) {
	ask, answers := make(chan bool), make(chan answer[K, V])
	started, done, within := false, false, false
	run := func() {
		last := answer[K, V]{failed: true}
		defer func() {
			if last.failed {
				last.why = recover()
			}
			answers <- last
		}()
		if <-ask {
			seq(func(k K, v V) bool {
				answers <- answer[K, V]{k: k, v: v, ok: true}
				return <-ask
			})
		}
		last.failed = false
	}
	step := func(more bool) answer[K, V] {
		if within {
			panic("iter.Pull: next or stop called again before yield")
		}
		if done || !started && !more {
			done = true
			return answer[K, V]{}
		}
		if !started {
			started = true
			go run()
		}
		within = true
		ask <- more
		a := <-answers
		within = false
		if !a.ok {
			done = true
		}
		if a.failed {
			panic(a.why)
		}
		return a
	}
	return func() answer[K, V] { return step(true) }, func() { step(false) }
}

// Pull is iter.Pull, with a goroutine in place of a coroutine.
func Pull[V any](seq Seq[V]) (next func() (V, bool), stop func()) {
	n, s := pull(func(yield func(V, bool) bool) {
		seq(func(v V) bool { return yield(v, true) })
	})
	return func() (V, bool) {
		a := n()
		return a.k, a.ok
	}, s
}

// Pull2 is iter.Pull2, with a goroutine in place of a coroutine.
func Pull2[K, V any](seq Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	n, s := pull(seq)
	return func() (K, V, bool) {
		a := n()
		return a.k, a.v, a.ok
	}, s
}
