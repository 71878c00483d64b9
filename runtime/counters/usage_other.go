//go:build !unix

package counters

import "runtime"

func ownUsage() Usage    { return noUsage("there is no getrusage on " + runtime.GOOS) }
func reapedUsage() Usage { return noUsage("there is no getrusage on " + runtime.GOOS) }
