package par

// A ring is a queue that grows. Its zero value is empty.
type ring[T any] struct {
	items []T // a power of two
	head  int // of the first; only its low bits count
	size  int
}

func (r *ring[T]) len() int { return r.size }

func (r *ring[T]) push(v T) {
	if r.size == len(r.items) {
		grown := make([]T, max(8, 2*len(r.items)))
		for i := range r.size {
			grown[i] = r.items[(r.head+i)&(len(r.items)-1)]
		}
		r.items, r.head = grown, 0
	}
	r.items[(r.head+r.size)&(len(r.items)-1)] = v
	r.size++
}

// pop returns the first of a ring that is not empty.
func (r *ring[T]) pop() T {
	at := r.head & (len(r.items) - 1)
	v := r.items[at]
	var zero T
	r.items[at] = zero
	r.head++
	r.size--
	return v
}
