//go:build !cgo || !(linux || darwin || freebsd)

package engine

import "errors"

// openPlugin tells why there are no compiled cells.
func openPlugin(string) error {
	return errors.New("this session can't open compiled cells: it was built without cgo, or for a system without Go plugins; build it with CGO_ENABLED=1, or use %engine interp")
}
