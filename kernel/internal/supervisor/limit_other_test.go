//go:build !linux

package supervisor

import "syscall"

// limitData bounds what the process may map, as the session does.
func limitData(bytes uint64) {
	syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: bytes, Max: bytes})
}
