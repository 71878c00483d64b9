package proc_test

import (
	"fmt"

	"github.com/weft-go/weft/runtime/proc"
)

// What processes share is made in one of them and sent to the others as part
// of a task's input.
func ExampleQueue() {
	q, err := proc.NewQueue(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer q.Close()
	q.Put("first")
	q.Put(2)
	a, _ := q.Get()
	b, _ := q.Get()
	fmt.Println(a, b, q.Len())
	// Output: first 2 0
}

// A lock is held by one goroutine of one process at a time.
func ExampleLock_With() {
	l, err := proc.NewLock()
	if err != nil {
		fmt.Println(err)
		return
	}
	total := 0
	err = l.With(func() { total++ })
	fmt.Println(total, err)
	// Output: 1 <nil>
}
