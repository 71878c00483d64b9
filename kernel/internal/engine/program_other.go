//go:build !linux

package engine

import (
	"os"
	"syscall"
)

// ownGroup gives a program a process group, so that an interrupt reaches all
// of it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// waitsForInput does not know: the system does not tell.
func waitsForInput(int, *os.File) (waits, known bool) { return false, false }
