//go:build !amd64 || noasm

package stream

// units is plain: there is no assembly for this machine.
func (t task) units(bool) { t.plain() }
