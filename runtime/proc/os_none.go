//go:build !unix

package proc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

var errNone = fmt.Errorf("worker processes need a Unix system: %w", errors.ErrUnsupported)

func socketpair() (mine, theirs *os.File, err error) { return nil, nil, errNone }
func claim(fd int) error                             { return errNone }
func processorTime() (user, system int64)            { return 0, 0 }
func alive(pid int) bool                             { return false }
func program() (string, error)                       { return "", errNone }

// socketName returns a path for a socket.
func socketName(unique string) string { return filepath.Join(os.TempDir(), "weft-"+unique) }
