//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package history

import "os"

// lock does nothing: each append is whole lines without it, only the sessions
// of kernels that begin at the same moment may share a number.
func lock(*os.File) (unlock func()) { return func() {} }
