//go:build unix && !linux

package proc

import (
	"os"
	"path/filepath"
)

// program returns the path of this program.
func program() (string, error) { return os.Executable() }

func zombie(pid int) bool { return false }

// socketName returns a path for a socket.
func socketName(unique string) string { return filepath.Join(os.TempDir(), "weft-"+unique) }
