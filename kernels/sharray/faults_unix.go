//go:build unix

package sharray

import "syscall"

// faults returns how many page faults without reading from a disk this process
// has had.
func faults() int {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return int(u.Minflt)
}
