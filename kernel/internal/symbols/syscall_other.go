//go:build !((linux || darwin) && (amd64 || arm64))

package symbols

// load_syscall has no table for this system.
func load_syscall() *table { return nil }
