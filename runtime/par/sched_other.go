//go:build !linux

package par

import "time"

// The standard library has no calls for these here.

func yield()             {}
func nap(time.Duration)  {}
func processor() int     { return -1 }
func leaveProcessor(int) {}

const canNap = false
