//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package filelock

import (
	"errors"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// needFlock says why there is no flock(2) here.
func needFlock() error { return errors.New("this system has no flock(2)") }

type flock struct{ c *counter }

func (flock) lock(poll.Poll) error { return needFlock() }
func (flock) unlock() error        { return nil }
