package collect

import "time"

// These functions stand in a cell, as far as Go knows.

//line cell[3]:1
//go:noinline
func ours(d time.Duration) { spin(d) }

//go:noinline
func theirs(d time.Duration) { spin(d) }
