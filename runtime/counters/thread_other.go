//go:build !linux

package counters

// ThreadCPU returns the processor time of the calling thread in seconds.
func ThreadCPU() Value { return NA(onlyLinux) }
